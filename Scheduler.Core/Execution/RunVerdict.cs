using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Execution;

/// <summary>Decides what is reported about a run.</summary>
public static class RunVerdict
{
    private const int LongestMessage = 2000;

    /// <summary>
    /// The report, or null when there is none to make: the lease is lost. A run that completed before it noticed that it
    /// should stop is reported as what it is; a failure after a stop is the stop's doing.
    /// </summary>
    /// <param name="stop">Why the run was stopped; null when it came to its own end.</param>
    /// <param name="result">The pipeline's answer; null when it did not get to one.</param>
    public static RunResult? Decide(LeaseReference lease, StopReason? stop, PipelineResult? result) =>
        (stop, result) switch
        {
            (StopReason.Lost, _) => null,
            (_, PipelineResult.Completed completed) => Report(lease, RunOutcome.Completed, completed.Metrics),
            (StopReason.Cancelled, _) => Report(lease, RunOutcome.Cancelled, result?.Metrics),
            (StopReason.Released, _) => Report(lease, RunOutcome.Released, result?.Metrics),
            (_, PipelineResult.Failed failed) => Failure(lease, failed),
            _ => Report(lease, RunOutcome.Failed, null) with
            {
                ErrorType = ErrorType.Unknown,
                ErrorMessage = "The pipeline stopped without a result.",
            },
        };

    private static RunResult Failure(LeaseReference lease, PipelineResult.Failed failed) =>
        Report(lease, RunOutcome.Failed, failed.Metrics) with
        {
            ErrorType = failed.ErrorType,
            ErrorMessage = Told(failed.Message),
            RetryAfter = failed.RetryAfter?.TotalSeconds,
        };

    /// <summary>A provider may say anything; the API takes no NUL, and the report must not fail for it.</summary>
    private static string Told(string message) =>
        (message.Length <= LongestMessage ? message : message[..LongestMessage]).Replace('\0', '\uFFFD');

    private static RunResult Report(LeaseReference lease, RunOutcome outcome, RunMetrics? metrics) =>
        new()
        {
            QueueId = lease.QueueId,
            LeaseToken = lease.LeaseToken,
            Outcome = outcome,
            Metrics = metrics,
        };
}
