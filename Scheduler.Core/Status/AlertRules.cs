using System.Globalization;
using NodaTime;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Status;

/// <summary>The alerts on the whole system: pure, judged over one look at it.</summary>
/// <remarks>
/// A figure that has passed its limit must come back to four fifths of it before its alert ends, so that one which stays about the
/// limit fires once.
/// </remarks>
public static class AlertRules
{
    public const string QueueLength = "QUEUE_LENGTH";

    /// <summary>Its subject is the run.</summary>
    public const string RunTooLong = "RUN_TOO_LONG";
    public const string FailureRate = "FAILURE_RATE";
    public const string Lateness = "LATENESS";

    /// <summary>Its subject is the invariant.</summary>
    public const string ScheduleInvariant = "SCHEDULE_INVARIANT";

    /// <summary>Written by the trigger: a pipeline that could not be planned; its subject is the pipeline.</summary>
    public const string ScheduleSetAside = "SCHEDULE_SET_ASIDE";

    /// <summary>Written with the end of a run; its subject is the pipeline.</summary>
    public const string ConsecutiveFailures = "CONSECUTIVE_FAILURES";

    /// <summary>What the alerts on figures are about.</summary>
    public const string Subject = "system";

    /// <summary>A run may run that long.</summary>
    public static readonly Duration LongestRun = Duration.FromMinutes(30);

    /// <summary>A pipeline may be due that long: triggers come once an hour at least, and take a while.</summary>
    public static readonly Duration LongestDue = Duration.FromMinutes(90);

    /// <summary>A lease may have been over that long.</summary>
    public static readonly Duration LongestLostLease = Duration.FromMinutes(10);

    /// <summary>An invariant that does not hold for less time is no alert; less than from one look to the next but one.</summary>
    public static readonly Duration Patience = Duration.FromMinutes(4);

    private const long LongestQueue = 1_000;
    private const long FewestFinished = 10;
    private const long MostFailedPercent = 10;
    private const int MostExamples = 3;

    /// <summary>The rules that a look judges; all other alerts are fired and resolved by what happens.</summary>
    public static IReadOnlyList<string> Judged { get; } =
    [QueueLength, RunTooLong, FailureRate, Lateness, ScheduleInvariant];

    /// <summary>Whether there is a run to be named by <see cref="RunTooLong"/>.</summary>
    public static bool HasLongRun(StatusSnapshot snapshot) => snapshot.Now - snapshot.OldestRunningSince > LongestRun;

    /// <summary>What holds at the time of the snapshot, or is still near its limit.</summary>
    /// <param name="snapshot">How the system stands.</param>
    /// <param name="longRuns">The runs that have been running for longer than <see cref="LongestRun"/>.</param>
    /// <param name="latenessObjective">The p99 of lateness that is aimed at.</param>
    public static IReadOnlyList<AlertJudgement> Judge(
        StatusSnapshot snapshot,
        IReadOnlyList<LongRun> longRuns,
        Duration latenessObjective
    )
    {
        var held = new List<AlertJudgement>();
        Limit(
            QueueLength,
            snapshot.QueueLength,
            LongestQueue,
            $"{snapshot.QueueLength} items wait for a worker; {LongestQueue} are allowed."
        );
        if (snapshot.FinishedLastHour > 0)
        {
            Limit(
                FailureRate,
                snapshot.FailedLastHour * 100.0 / snapshot.FinishedLastHour,
                MostFailedPercent,
                $"{snapshot.FailedLastHour} of the {snapshot.FinishedLastHour} runs of the last hour failed; "
                    + $"{MostFailedPercent} % are allowed.",
                // A few runs say little: they end no alert and begin none.
                mayFire: snapshot.FinishedLastHour >= FewestFinished
            );
        }
        if (snapshot.LatenessP99Seconds is { } late)
        {
            var seconds = late.ToString("0", CultureInfo.InvariantCulture);
            Limit(
                Lateness,
                late,
                latenessObjective.TotalSeconds,
                $"One run in a hundred starts more than {seconds} s late; {latenessObjective.TotalSeconds:0} s are aimed at."
            );
        }
        held.AddRange(
            longRuns.Select(run => new AlertJudgement(
                RunTooLong,
                run.RunId,
                run.CustomerId,
                $"Run {run.RunId} of {run.PipelineName} of {run.CustomerId} has been running since {run.StartedAt}; "
                    + $"{LongestRun.TotalMinutes:0} minutes are allowed."
            ))
        );
        return held;

        void Limit(string rule, double value, double limit, string message, bool mayFire = true)
        {
            if (value > limit * 0.8)
            {
                held.Add(new AlertJudgement(rule, Subject, null, message, Fires: mayFire && value > limit));
            }
        }
    }

    /// <summary>
    /// One alert for each invariant that does not hold, however often it does not; it fires when one watch has found it so for
    /// <see cref="Patience"/>. After an outage everything has been due for long, and the first trigger takes a moment.
    /// </summary>
    /// <param name="broken">What the look has found.</param>
    /// <param name="since">Since when this watch has found each, before this look.</param>
    /// <param name="now">The time of the look.</param>
    /// <returns>What holds, and since when each has been found, this look included.</returns>
    public static (IReadOnlyList<AlertJudgement> Judgements, IReadOnlyDictionary<Invariant, Instant> Since) Judge(
        IReadOnlyList<BrokenInvariant> broken,
        IReadOnlyDictionary<Invariant, Instant> since,
        Instant now
    )
    {
        var found = broken.GroupBy(one => one.Invariant).OrderBy(own => own.Key).ToList();
        var known = found.ToDictionary(own => own.Key, own => since.TryGetValue(own.Key, out var first) ? first : now);
        var judgements = found.Select(own => new AlertJudgement(
            ScheduleInvariant,
            Wire.Name(own.Key),
            null,
            Sentence(own.Key, own.Count(), own.Take(MostExamples).Select(one => one.Id)),
            Fires: now - known[own.Key] >= Patience
        ));
        return ([.. judgements], known);
    }

    private static string Sentence(Invariant invariant, int count, IEnumerable<string> examples)
    {
        var number = count > AlertWatch.MostSubjects ? $"more than {AlertWatch.MostSubjects}" : $"{count}";
        var what = invariant switch
        {
            Invariant.NextRunMissing => "active pipelines have no next time",
            Invariant.DueTooLong => $"active pipelines have been due for more than {LongestDue.TotalMinutes:0} minutes",
            Invariant.LeaseNotEnded =>
                $"leases ended more than {LongestLostLease.TotalMinutes:0} minutes ago and their items were not queued again",
            _ => "items are being processed whose runs are not running",
        };
        return $"Must never be: {number} {what}. For example {string.Join(", ", examples)}.";
    }
}
