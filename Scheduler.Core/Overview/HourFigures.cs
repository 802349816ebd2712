using NodaTime;

namespace Scheduler.Core.Overview;

/// <summary>What ended within one hour.</summary>
/// <param name="From">The hour's beginning, in UTC.</param>
/// <param name="Completed">Runs.</param>
/// <param name="Failed">Attempts that failed; cancelled ones are none.</param>
/// <param name="LatenessP95Seconds">Of those that started; null where none did.</param>
public sealed record HourFigures(Instant From, long Completed, long Failed, double? LatenessP95Seconds)
{
    /// <summary>The present hour and the 23 before it, oldest first, also those in which nothing ended.</summary>
    public static IReadOnlyList<HourFigures> Day(IReadOnlyList<HourFigures> known, Instant now)
    {
        var byHour = known.ToDictionary(hour => hour.From);
        var present = Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 3600 * 3600);
        return
        [
            .. Enumerable
                .Range(0, 24)
                .Select(nth => present - Duration.FromHours(23 - nth))
                .Select(hour => byHour.GetValueOrDefault(hour) ?? new HourFigures(hour, 0, 0, null)),
        ];
    }
}
