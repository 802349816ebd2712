using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Execution;

/// <summary>Puts the end of an inline run into the words of process-queue's answer.</summary>
public static class InlineAnswer
{
    private const string Processing = "PROCESSING";

    /// <summary>The wait is over, the run goes on.</summary>
    public static InlineResponse StillRunning(LeaseItem item) =>
        Answer(item, processed: false, Processing, "The run takes longer than the wait; it goes on.");

    public static InlineResponse From(LeaseItem item, RunEnd end) =>
        end switch
        {
            RunEnd.Reported(var result, { Status: ResultStatus.Accepted } receipt) => Accepted(item, result, receipt),
            RunEnd.Undelivered => BackInQueue(item, "The result could not be stored; the item runs again."),
            _ => BackInQueue(item, "The lease was lost on the way; the item runs again unless it has ended elsewhere."),
        };

    private static InlineResponse Accepted(LeaseItem item, RunResult result, ResultReceipt receipt)
    {
        var state = receipt.State ?? StateAfter(result.Outcome);
        var message = result.Outcome switch
        {
            RunOutcome.Completed => $"Completed with {result.Metrics?.RowsWritten ?? 0} rows written.",
            RunOutcome.Failed => result.ErrorMessage ?? "Failed.",
            RunOutcome.Cancelled => "Cancelled on request.",
            _ => "Handed back unfinished: the process is going down.",
        };
        return Answer(item, processed: state != RunState.Pending, Wire.Name(state), message) with
        {
            RetryAt = receipt.RetryAt,
        };
    }

    private static RunState StateAfter(RunOutcome outcome) =>
        outcome switch
        {
            RunOutcome.Completed => RunState.Completed,
            RunOutcome.Released => RunState.Pending,
            _ => RunState.Failed,
        };

    private static InlineResponse BackInQueue(LeaseItem item, string message) =>
        Answer(item, processed: false, Wire.Name(RunState.Pending), message);

    private static InlineResponse Answer(LeaseItem item, bool processed, string status, string message) =>
        new()
        {
            Processed = processed,
            RunId = item.RunId,
            QueueId = item.QueueId,
            CustomerId = item.CustomerId,
            PipelineId = item.PipelineId,
            PipelineLoggingId = item.PipelineLoggingId,
            Status = status,
            Message = message,
        };
}
