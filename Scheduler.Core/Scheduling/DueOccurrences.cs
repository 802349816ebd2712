using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// The occurrences of a pipeline that are due: <see cref="First"/> and every one of the schedule after it, up to
/// <see cref="Latest"/>. Walked backwards, so that months of downtime cost no more than what is looked at.
/// </summary>
internal sealed class DueOccurrences
{
    private readonly Schedule _schedule;

    private DueOccurrences(Schedule schedule, Instant first, Instant now)
    {
        _schedule = schedule;
        First = first;
        Latest = OccurrenceCalculator.Previous(schedule, now) is { } latest && latest > first ? latest : first;
    }

    public Instant First { get; }

    public Instant Latest { get; }

    /// <summary>Null when nothing is due: only what came during a pause that has ended.</summary>
    public static DueOccurrences? Find(DueSchedule due, Schedule schedule, Instant now)
    {
        // The stored time counts as it is: it was promised, even if the zone's rules have changed since.
        var first =
            due.NextRunTime > (due.PausedUntil ?? Instant.MinValue)
                ? due.NextRunTime
                : OccurrenceCalculator.Next(schedule, due.PausedUntil!.Value);
        return first is { } time && time <= now ? new DueOccurrences(schedule, time, now) : null;
    }

    /// <summary>The one before; null before the first.</summary>
    public Instant? Before(Instant occurrence)
    {
        if (occurrence <= First)
        {
            return null;
        }
        var previous = OccurrenceCalculator.Previous(_schedule, occurrence - Duration.Epsilon);
        return previous > First ? previous : First;
    }

    /// <summary>How many lie from the first to this one, both counted; one more than <paramref name="most"/> if more.</summary>
    public int CountUpTo(Instant occurrence, int most)
    {
        var count = 0;
        for (Instant? at = occurrence; at is { } time && count <= most; at = Before(time))
        {
            count++;
        }
        return count;
    }
}
