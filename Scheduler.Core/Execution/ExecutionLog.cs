using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>The lines that executing writes. None holds a key, a token or a credential.</summary>
internal static partial class ExecutionLog
{
    public static void Ended(ILogger logger, LeaseItem item, RunResult result, Duration took)
    {
        var pipeline = Pipeline(item);
        var seconds = took.TotalSeconds;
        switch (result.Outcome)
        {
            case RunOutcome.Completed:
                Completed(logger, item.RunId, pipeline, seconds, result.Metrics?.RowsWritten ?? 0);
                break;
            case RunOutcome.Failed:
                var type = result.ErrorType is { } errorType ? Wire.Name(errorType) : "UNKNOWN";
                Failed(logger, item.RunId, pipeline, seconds, type, result.ErrorMessage ?? "");
                break;
            default:
                Stopped(logger, item.RunId, pipeline, Wire.Name(result.Outcome), seconds);
                break;
        }
    }

    public static void LeaseLost(ILogger logger, LeaseItem item) => LeaseLost(logger, item.RunId, Pipeline(item));

    public static void Stale(ILogger logger, LeaseItem item, RunOutcome outcome) =>
        Stale(logger, item.RunId, Pipeline(item), Wire.Name(outcome));

    public static void StaleAfterUnknown(ILogger logger, LeaseItem item, RunOutcome outcome) =>
        StaleAfterUnknown(logger, item.RunId, Pipeline(item), Wire.Name(outcome));

    public static void Undelivered(ILogger logger, LeaseItem item, RunOutcome outcome, string reason) =>
        Undelivered(logger, item.RunId, Pipeline(item), Wire.Name(outcome), reason);

    public static void RunnerThrew(ILogger logger, LeaseItem item, string type, Exception exception) =>
        RunnerThrew(logger, item.RunId, Pipeline(item), type, exception);

    [LoggerMessage(2001, LogLevel.Debug, "{Count} items claimed for {Free} free slots")]
    public static partial void Claimed(ILogger logger, int count, int free);

    [LoggerMessage(2002, LogLevel.Warning, "API cannot be reached ({Call}): {Detail}; trying again until it is back")]
    public static partial void ApiUnavailable(ILogger logger, ApiCallKind call, string detail);

    [LoggerMessage(
        2003,
        LogLevel.Error,
        "API does not accept this worker's key ({Call}): {Detail}; check WORKER_KEY or ADMIN_KEY; trying again slowly"
    )]
    public static partial void ApiUnauthorised(ILogger logger, ApiCallKind call, string detail);

    [LoggerMessage(
        2004,
        LogLevel.Error,
        "API refuses the call ({Call}): {Detail}; check API_URL and the versions of API and worker; trying again slowly"
    )]
    public static partial void ApiRefused(ILogger logger, ApiCallKind call, string detail);

    [LoggerMessage(2005, LogLevel.Information, "API is back")]
    public static partial void ApiBack(ILogger logger);

    [LoggerMessage(2006, LogLevel.Information, "draining: {Running} running, grace {Grace} s")]
    public static partial void Draining(ILogger logger, int running, double grace);

    [LoggerMessage(
        2007,
        LogLevel.Warning,
        "{Running} runs did not stop in time; their leases run out and they run again"
    )]
    public static partial void LeftRunning(ILogger logger, int running);

    [LoggerMessage(2008, LogLevel.Information, "drained")]
    public static partial void Drained(ILogger logger);

    private static string Pipeline(LeaseItem item) => $"{item.CustomerId}/{item.Domain}/{item.PipelineTemplate}";

    [LoggerMessage(2010, LogLevel.Information, "run {RunId} {Pipeline} completed in {Seconds:0.00} s ({Rows} rows)")]
    private static partial void Completed(ILogger logger, string runId, string pipeline, double seconds, long rows);

    [LoggerMessage(
        2011,
        LogLevel.Warning,
        "run {RunId} {Pipeline} failed after {Seconds:0.00} s: {ErrorType}: {Message}"
    )]
    private static partial void Failed(
        ILogger logger,
        string runId,
        string pipeline,
        double seconds,
        string errorType,
        string message
    );

    [LoggerMessage(2012, LogLevel.Information, "run {RunId} {Pipeline} {Outcome} after {Seconds:0.00} s")]
    private static partial void Stopped(ILogger logger, string runId, string pipeline, string outcome, double seconds);

    [LoggerMessage(2013, LogLevel.Warning, "run {RunId} {Pipeline} stopped: its lease is lost; nothing is reported")]
    private static partial void LeaseLost(ILogger logger, string runId, string pipeline);

    [LoggerMessage(2014, LogLevel.Warning, "run {RunId} {Pipeline} {Outcome}, but its lease had passed on: no effect")]
    private static partial void Stale(ILogger logger, string runId, string pipeline, string outcome);

    [LoggerMessage(
        2015,
        LogLevel.Information,
        "run {RunId} {Pipeline} {Outcome}: stale after an unanswered try, which most likely was accepted"
    )]
    private static partial void StaleAfterUnknown(ILogger logger, string runId, string pipeline, string outcome);

    [LoggerMessage(
        2016,
        LogLevel.Warning,
        "run {RunId} {Pipeline} {Outcome}, but the result could not be delivered ({Reason}); unless it arrived, it runs again"
    )]
    private static partial void Undelivered(
        ILogger logger,
        string runId,
        string pipeline,
        string outcome,
        string reason
    );

    [LoggerMessage(2017, LogLevel.Error, "run {RunId} {Pipeline}: the pipeline runner threw {Type}")]
    private static partial void RunnerThrew(
        ILogger logger,
        string runId,
        string pipeline,
        string type,
        Exception exception
    );
}
