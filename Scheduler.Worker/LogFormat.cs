namespace Scheduler.Worker;

/// <summary>The shapes of a log line (WORKER_LOG_FORMAT).</summary>
internal enum LogFormat
{
    Text,
    Json,
}
