using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// Decides what becomes of a pipeline whose time has come: which runs are created, over which data, and when it is due
/// next. Pure and bounded: the answer after a month of downtime costs about as much as after a minute.
/// </summary>
public static class DuePlanner
{
    /// <summary>The most occurrences that run_all runs at once.</summary>
    public const int MostCaughtUp = 100;

    /// <summary>How far the occurrences that one run stands for are counted exactly.</summary>
    public const int MostCounted = 1_000;

    /// <summary>How far the occurrences that run_all drops are counted exactly.</summary>
    public const int MostDroppedCounted = 10_000;

    /// <param name="due">The pipeline. One whose stored time lies after now is passed over with that time kept.</param>
    /// <param name="now">The one instant this trigger decides by.</param>
    /// <param name="misfireGrace">How late an occurrence may be and still run under <see cref="MisfirePolicy.Skip"/>.</param>
    public static SchedulePlan Plan(DueSchedule due, Instant now, Duration misfireGrace)
    {
        ArgumentNullException.ThrowIfNull(due);
        var result = Schedule.Create(due.Cron, due.Timezone, due.DstPolicy);
        if (result is ScheduleResult.Invalid invalid)
        {
            return new SchedulePlan.SetAside($"{invalid.Part}: {invalid.Message}");
        }
        if (due.NextRunTime > now)
        {
            return new SchedulePlan.PassOver(due.NextRunTime);
        }
        var schedule = ((ScheduleResult.Valid)result).Schedule;
        var next = OccurrenceCalculator.Next(schedule, now);
        var occurrences =
            due.CustomerRunnable && !(due.PausedUntil > now) ? DueOccurrences.Find(due, schedule, now) : null;
        if (occurrences is not null)
        {
            return new SchedulePlan.Fire(Choose(due, schedule, occurrences, now, misfireGrace), next);
        }
        return next is { } time
            ? new SchedulePlan.PassOver(time)
            : new SchedulePlan.SetAside($"cron: '{schedule.Cron.Canonical}' in {schedule.Zone.Id} never fires again.");
    }

    private static List<PlannedOccurrence> Choose(
        DueSchedule due,
        Schedule schedule,
        DueOccurrences occurrences,
        Instant now,
        Duration misfireGrace
    )
    {
        List<PlannedOccurrence> planned = due.MisfirePolicy switch
        {
            MisfirePolicy.RunOnce => [RunOnce(occurrences)],
            MisfirePolicy.Skip => [SkipWhenLate(occurrences, now, misfireGrace)],
            MisfirePolicy.RunAll => RunAll(occurrences),
            _ => throw new ArgumentOutOfRangeException(nameof(due), due.MisfirePolicy, "Not a misfire policy."),
        };
        return Chain(planned, ChainStart(due, schedule, occurrences, planned[0].ScheduledTime));
    }

    private static PlannedOccurrence RunOnce(DueOccurrences occurrences)
    {
        var latest = occurrences.Latest;
        if (latest == occurrences.First)
        {
            return At(latest);
        }
        var count = Counted(occurrences.CountUpTo(latest, MostCounted), MostCounted);
        return At(latest) with { Note = $"Stands for {count} occurrences, the first at {Text(occurrences.First)}." };
    }

    private static PlannedOccurrence SkipWhenLate(DueOccurrences occurrences, Instant now, Duration misfireGrace)
    {
        var latest = occurrences.Latest;
        var late = now - latest;
        if (late <= misfireGrace)
        {
            return At(latest);
        }
        return At(latest) with
        {
            Skip = true,
            Note = $"Came {Seconds(late)} s late; {Seconds(misfireGrace)} s are allowed.",
        };
    }

    private static List<PlannedOccurrence> RunAll(DueOccurrences occurrences)
    {
        var planned = new List<PlannedOccurrence>();
        Instant? at = occurrences.Latest;
        for (; at is { } time && planned.Count < MostCaughtUp; at = occurrences.Before(time))
        {
            planned.Add(At(time));
        }
        if (at is { } dropped)
        {
            var count = Counted(occurrences.CountUpTo(dropped, MostDroppedCounted), MostDroppedCounted);
            planned.Add(
                At(dropped) with
                {
                    Skip = true,
                    Note =
                        $"Occurrences dropped: {count}, the first at {Text(occurrences.First)}; "
                        + $"the newest {MostCaughtUp} run.",
                }
            );
        }
        planned.Reverse();
        return planned;
    }

    /// <summary>
    /// Where the first interval starts: where the last one ended, so that the chain has no gap and no repeat. Without
    /// one, at the schedule's occurrence before the first that is due; without that, nowhere: an empty interval.
    /// </summary>
    private static Instant ChainStart(
        DueSchedule due,
        Schedule schedule,
        DueOccurrences occurrences,
        Instant firstPlanned
    )
    {
        if (due.LastIntervalEnd is { } end && end < firstPlanned)
        {
            return end;
        }
        var origin = due.LastIntervalEnd is null ? occurrences.First : firstPlanned;
        return OccurrenceCalculator.Previous(schedule, origin - Duration.Epsilon) ?? firstPlanned;
    }

    private static List<PlannedOccurrence> Chain(List<PlannedOccurrence> planned, Instant start)
    {
        for (var i = 0; i < planned.Count; i++)
        {
            planned[i] = planned[i] with { IntervalStart = start };
            start = planned[i].IntervalEnd;
        }
        return planned;
    }

    private static PlannedOccurrence At(Instant time) => new(time, time, time, Skip: false, Note: null);

    private static string Counted(int count, int most) =>
        count <= most
            ? count.ToString("N0", CultureInfo.InvariantCulture)
            : "more than " + most.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(Duration duration) =>
        ((long)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string Text(Instant instant) => InstantPattern.ExtendedIso.Format(instant);
}
