using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>When a schedule fires. Pure; every answer is bounded work, a few microseconds.</summary>
public static class OccurrenceCalculator
{
    /// <summary>
    /// How far is searched in either direction: beyond the longest pause a schedule can have, which is eight years
    /// (29 February around a century that is no leap year).
    /// </summary>
    public static readonly Duration Horizon = Duration.FromDays(9 * 366);

    /// <summary>The first occurrence strictly later than an instant; null when none lies within <see cref="Horizon"/>.</summary>
    /// <exception cref="InvalidOperationException">A bug: the answer was not later. A loop that re-fires is worse.</exception>
    public static Instant? Next(Schedule schedule, Instant after)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (after >= ZoneStretch.Latest)
        {
            return null;
        }
        var from = Instant.Max(after, ZoneStretch.Earliest);
        var limit = ZoneStretch.Latest - from > Horizon ? from + Horizon : ZoneStretch.Latest;
        var next = FirstBetween(schedule, from, limit);
        return next is null || next > after
            ? next
            : throw new InvalidOperationException(
                $"'{schedule.Cron.Canonical}' in {schedule.Zone.Id}: the next occurrence after {after} came out as {next}."
            );
    }

    /// <summary>The latest occurrence not later than an instant; null when none lies within <see cref="Horizon"/>.</summary>
    public static Instant? Previous(Schedule schedule, Instant atOrBefore)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (atOrBefore < ZoneStretch.Earliest)
        {
            return null;
        }
        var to = Instant.Min(atOrBefore, ZoneStretch.Latest);
        var limit = to - ZoneStretch.Earliest > Horizon ? to - Horizon : ZoneStretch.Earliest;
        var at = to;
        while (true)
        {
            var stretch = ZoneStretch.Around(schedule, at);
            if (schedule.Cron.WallTimes.AtOrBefore(stretch.LastMinuteUpTo(to), stretch.From) is { } wallTime)
            {
                return stretch.ToInstant(wallTime);
            }
            if (stretch.StartsWithGapRun)
            {
                return stretch.Start;
            }
            if (stretch.Start <= limit)
            {
                return null;
            }
            at = stretch.Start - Duration.Epsilon;
        }
    }

    /// <summary>The next occurrences strictly after an instant, at most <paramref name="count"/>, in order.</summary>
    public static IReadOnlyList<Occurrence> Preview(Schedule schedule, Instant from, int count)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var occurrences = new List<Occurrence>();
        for (
            var next = Next(schedule, from);
            next is { } time && occurrences.Count < count;
            next = Next(schedule, time)
        )
        {
            occurrences.Add(Describe(schedule, time));
        }
        return occurrences;
    }

    private static Instant? FirstBetween(Schedule schedule, Instant from, Instant limit)
    {
        // A day more than the limit, whatever the offset; an answer beyond the limit is as good as any.
        var wallTimes = new WallTimeCursor(schedule.Cron.WallTimes, limit.InUtc().LocalDateTime.PlusDays(1));
        var at = from;
        while (true)
        {
            var stretch = ZoneStretch.Around(schedule, at);
            if (stretch.Start > from && stretch.StartsWithGapRun)
            {
                return stretch.Start;
            }
            if (wallTimes.AtOrAfter(stretch.FirstMinuteAfter(from)) is { } wallTime && wallTime < stretch.Until)
            {
                return stretch.ToInstant(wallTime);
            }
            if (stretch.End >= limit)
            {
                return null;
            }
            at = stretch.End;
        }
    }

    private static Occurrence Describe(Schedule schedule, Instant time)
    {
        var local = time.InZone(schedule.Zone).ToOffsetDateTime();
        var stretch = ZoneStretch.Around(schedule, time);
        var effect =
            time == stretch.Start && stretch.StartsWithGapRun ? DstEffect.Gap
            : schedule.Zone.MapLocal(local.LocalDateTime).Count > 1 ? DstEffect.Overlap
            : DstEffect.None;
        return new Occurrence(time, local, effect);
    }
}
