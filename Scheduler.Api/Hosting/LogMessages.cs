using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Hosting;

/// <summary>Every line that the API's own code logs. None takes a header, a body or a query string.</summary>
internal static partial class LogMessages
{
    private static readonly EventId RequestId = new(1, nameof(Request));

    public static void Request(ILogger logger, RequestLine line) =>
        logger.Log(LogLevel.Information, RequestId, line, exception: null, static (line, _) => line.ToString());

    [LoggerMessage(2, LogLevel.Error, "A request failed on an exception that nobody expected")]
    public static partial void UnhandledException(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "The store cannot be reached")]
    public static partial void StorageUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Debug, "Too much waits for the store; the call was refused")]
    public static partial void StoreBusy(ILogger logger);

    [LoggerMessage(11, LogLevel.Warning, "The figures of the system could not be read for the metrics")]
    public static partial void NoFigures(ILogger logger, Exception exception);

    [LoggerMessage(41, LogLevel.Error, "The key that seals secrets cannot be used")]
    public static partial void KeyServiceUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "The admin key of this Development set-up is in {Path}")]
    public static partial void AdminKeyFile(ILogger logger, string path);

    [LoggerMessage(5, LogLevel.Warning, "The readiness probe {Probe} failed")]
    public static partial void ProbeFailed(ILogger logger, Exception exception, string probe);

    [LoggerMessage(8, LogLevel.Information, "Bringing the store's schema up to date")]
    public static partial void Migrating(ILogger logger);

    [LoggerMessage(
        9,
        LogLevel.Information,
        "The embedded worker {WorkerId} runs up to {Concurrency} pipelines at once"
    )]
    public static partial void EmbeddedWorker(ILogger logger, string workerId, int concurrency);

    /// <summary>infra/terraform/monitoring.tf makes metrics and alerts of it.</summary>
    [LoggerMessage(60, LogLevel.Information, "Status: {Numbers}")]
    public static partial void Status(ILogger logger, string numbers);
}
