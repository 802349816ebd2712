using System.Globalization;
using NodaTime;
using Scheduler.Core.Alerts;

namespace Scheduler.Core.Status;

/// <summary>The alerts on figures of the whole system: pure, judged over one snapshot.</summary>
public static class AlertRules
{
    public const string QueueLength = "QUEUE_LENGTH";
    public const string RunTooLong = "RUN_TOO_LONG";
    public const string FailureRate = "FAILURE_RATE";
    public const string Lateness = "LATENESS";

    /// <summary>Written by the trigger: a pipeline that could not be planned; its subject is the pipeline.</summary>
    public const string ScheduleSetAside = "SCHEDULE_SET_ASIDE";

    /// <summary>What the alerts are about.</summary>
    public const string Subject = "system";

    private const long LongestQueue = 1_000;
    private const long FewestFinished = 10;
    private const long MostFailedPercent = 10;
    private static readonly Duration LongestRun = Duration.FromMinutes(30);

    /// <summary>Those that hold at the time of the snapshot.</summary>
    /// <param name="snapshot">How the system stands.</param>
    /// <param name="latenessObjective">The p99 of lateness that is aimed at.</param>
    public static IReadOnlyList<FiringAlert> Evaluate(StatusSnapshot snapshot, Duration latenessObjective)
    {
        var firing = new List<FiringAlert>();
        if (snapshot.QueueLength > LongestQueue)
        {
            Fire(QueueLength, $"{snapshot.QueueLength} items wait for a worker; {LongestQueue} are allowed.");
        }
        if (snapshot.OldestRunningSince is { } since && snapshot.Now - since > LongestRun)
        {
            Fire(RunTooLong, $"A run has been running since {since}; {LongestRun.TotalMinutes:0} minutes are allowed.");
        }
        if (
            snapshot.FinishedLastHour >= FewestFinished
            && snapshot.FailedLastHour * 100 > snapshot.FinishedLastHour * MostFailedPercent
        )
        {
            Fire(
                FailureRate,
                $"{snapshot.FailedLastHour} of the {snapshot.FinishedLastHour} runs of the last hour failed; "
                    + $"{MostFailedPercent} % are allowed."
            );
        }
        if (snapshot.LatenessP99Seconds > latenessObjective.TotalSeconds)
        {
            var seconds = snapshot.LatenessP99Seconds.Value.ToString("0", CultureInfo.InvariantCulture);
            Fire(
                Lateness,
                $"One run in a hundred starts more than {seconds} s late; {latenessObjective.TotalSeconds:0} s are aimed at."
            );
        }
        return firing;

        void Fire(string rule, string message) => firing.Add(new(rule, Subject, null, message, snapshot.Now));
    }
}
