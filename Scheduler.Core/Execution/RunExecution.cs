using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Execution;

/// <summary>Takes one leased run from its claim to its answered result: heartbeats, pipeline, report, one line of log.</summary>
internal sealed class RunExecution(
    IPipelineRunner runner,
    Heartbeater heartbeater,
    ResultBatcher results,
    string workerId,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Runs the pipeline to its end; never throws.</summary>
    /// <returns>What is to be reported, null where the lease is lost, and how long it took.</returns>
    public async Task<(RunResult? Report, Duration Took)> ExecuteAsync(LeasedRun run)
    {
        await Task.Yield();
        using var scope = RunScope.Begin(logger, run.Item);
        using var attempt = RunSpans.Attempt(run.Item, workerId);
        heartbeater.Add(run);
        var startedAt = time.MonotonicNow();
        var (started, result) = await PipelineAsync(run);
        var stop = run.End(started);
        var report = RunVerdict.Decide(run.Reference, stop, result);
        RunSpans.Ended(attempt, report);
        return (report, time.MonotonicNow() - startedAt);
    }

    /// <summary>Delivers the report, the lease being renewed meanwhile; never throws. Disposes <paramref name="run"/>.</summary>
    public async Task<RunEnd> ReportAsync(LeasedRun run, RunResult? report, Duration took)
    {
        using var scope = RunScope.Begin(logger, run.Item);
        try
        {
            if (report is null)
            {
                ExecutionLog.LeaseLost(logger, run.Item);
                return new RunEnd.Lost();
            }
            return Log(run.Item, report, took, await results.ReportAsync(run, report));
        }
        finally
        {
            heartbeater.Remove(run);
            run.Dispose();
        }
    }

    private async Task<(bool Started, PipelineResult? Result)> PipelineAsync(LeasedRun run)
    {
        var started = false;
        try
        {
            run.Stopping.ThrowIfCancellationRequested();
            await run.Proven;
            started = true;
            return (started, await runner.RunAsync(run.Item, run.Stopping));
        }
        catch (OperationCanceledException) when (run.Stopping.IsCancellationRequested)
        {
            return (started, null);
        }
        catch (Exception e)
        {
            // The runner's contract is to return failures; what comes out here is a bug. Its message may hold anything.
            ExecutionLog.RunnerThrew(logger, run.Item, e.GetType().Name, e);
            return (started, Unexpected(e));
        }
    }

    private static PipelineResult.Failed Unexpected(Exception e) =>
        new()
        {
            ErrorType = ErrorType.Unknown,
            Message = $"The worker met an unexpected error ({e.GetType().Name}); its log has more.",
            Metrics = new RunMetrics(),
        };

    private RunEnd Log(LeaseItem item, RunResult report, Duration took, ReportAnswer answer)
    {
        switch (answer)
        {
            case ReportAnswer.Answered({ Status: ResultStatus.Accepted } receipt, _):
                ExecutionLog.Ended(logger, item, report, took);
                return new RunEnd.Reported(report, receipt);
            case ReportAnswer.Answered(var receipt, OutcomeWasUnknown: true):
                ExecutionLog.StaleAfterUnknown(logger, item, report.Outcome);
                return new RunEnd.Reported(report, receipt);
            case ReportAnswer.Answered(var receipt, _):
                ExecutionLog.Stale(logger, item, report.Outcome);
                return new RunEnd.Reported(report, receipt);
            case ReportAnswer.GivenUp(var reason):
                ExecutionLog.Undelivered(logger, item, report.Outcome, reason);
                return new RunEnd.Undelivered(report);
            default:
                throw new InvalidOperationException($"Unknown answer {answer.GetType().Name}.");
        }
    }
}
