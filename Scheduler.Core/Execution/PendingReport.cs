using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>A result on its way to the API.</summary>
internal sealed class PendingReport(LeasedRun run, RunResult result)
{
    private readonly TaskCompletionSource<ReportAnswer> answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public LeasedRun Run { get; } = run;
    public RunResult Result { get; } = result;

    /// <summary>True once a try ended without an answer: the API may have taken the result.</summary>
    public bool OutcomeUnknown { get; set; }

    public Task<ReportAnswer> Answer => answer.Task;

    public void Complete(ReportAnswer value) => answer.TrySetResult(value);
}
