using NodaTime;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>A day that a load replaces, as the script takes it.</summary>
internal sealed record DayRow(LocalDate UsageDate)
{
    public static IReadOnlyList<DayRow> Of(LoadRequest request) =>
        [.. (request.Days ?? []).Select(day => new DayRow(day))];
}
