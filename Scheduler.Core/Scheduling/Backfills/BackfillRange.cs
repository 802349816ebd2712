using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>Which occurrences a backfill is about: pure.</summary>
public static class BackfillRange
{
    /// <summary>The schedule's occurrences from one time up to before another, in order.</summary>
    /// <param name="most">No more than so many.</param>
    public static IEnumerable<BackfillOccurrence> Occurrences(Schedule schedule, Instant from, Instant to, int most)
    {
        var at = OccurrenceCalculator.Next(schedule, from - Duration.Epsilon);
        var before = at is null ? null : OccurrenceCalculator.Previous(schedule, at.Value - Duration.Epsilon);
        for (var found = 0; at is { } time && time < to && found < most; found++)
        {
            yield return new BackfillOccurrence(time, before ?? time);
            before = time;
            at = OccurrenceCalculator.Next(schedule, time);
        }
    }

    /// <summary>Whether an occurrence is to be run. One that is open is left to whoever made it.</summary>
    /// <param name="outcome">Null where it has no run.</param>
    public static bool Wants(BackfillMode mode, OccurrenceOutcome? outcome) =>
        outcome is not { IsOpen: true }
        && mode switch
        {
            BackfillMode.Missing => outcome is null or { HasCompleted: false, HasFailed: false },
            BackfillMode.Failed => outcome is { HasCompleted: false, HasFailed: true },
            BackfillMode.All => true,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a mode."),
        };
}
