using System.Globalization;
using Scheduler.Core.Status;

namespace Scheduler.Api.Hosting;

/// <summary>
/// The numbers of the status on one line: <c>queue_length=12 … firing=LATENESS,QUEUE_LENGTH</c>. What is not known, as the lateness while
/// nothing has started, is left out; <c>firing=none</c> while no alert does.
/// </summary>
internal static class StatusLine
{
    public static string Of(StatusSnapshot snapshot, int desiredWorkers, IEnumerable<string> firingRules)
    {
        var runningFor = (snapshot.Now - snapshot.OldestRunningSince)?.TotalSeconds;
        (string Name, double? Value)[] numbers =
        [
            ("queue_length", snapshot.QueueLength),
            ("oldest_queued_seconds", snapshot.OldestQueuedSeconds ?? 0),
            ("queued", snapshot.PipelinesQueued),
            ("running", snapshot.PipelinesRunning),
            ("oldest_running_seconds", runningFor ?? 0),
            ("due_now", snapshot.PipelinesDueNow),
            ("desired_workers", desiredWorkers),
            ("finished_last_hour", snapshot.FinishedLastHour),
            ("failed_last_hour", snapshot.FailedLastHour),
            ("lateness_p99_seconds", snapshot.LatenessP99Seconds),
        ];
        var rules = string.Join(',', firingRules.Distinct().Order(StringComparer.Ordinal));
        return string.Join(
            ' ',
            numbers
                .Where(number => number.Value is not null)
                // A line is read by patterns: no exponent, no sign.
                .Select(number =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{number.Name}={Math.Max(0, number.Value!.Value):0.###}"
                    )
                )
                .Append($"firing={(rules.Length == 0 ? "none" : rules)}")
        );
    }
}
