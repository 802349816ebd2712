using NodaTime.Extensions;
using NodaTime.Text;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;

namespace Scheduler.Core.Pipelines.Providers;

/// <summary>
/// For sources that tell what holds now and nothing of days before: whatever the run's window, what they say belongs to the UTC day that
/// they were asked on.
/// </summary>
internal static class Snapshot
{
    /// <summary>The column that is added.</summary>
    public const string ObservedDay = "observed_day";

    /// <summary>The only part to read is today.</summary>
    public static SourceChanges Today(TimeProvider timeProvider)
    {
        var today = timeProvider.GetUtcNow().ToInstant().InUtc().Date;
        return new SourceChanges { Parts = [new DayWindow(today, today)] };
    }

    /// <summary>The day that the run's snapshot belongs to, as a cell.</summary>
    public static string DayOf(ExtractRequest request) =>
        LocalDatePattern.Iso.Format((request.Parts ?? [request.Days])[^1].To);
}
