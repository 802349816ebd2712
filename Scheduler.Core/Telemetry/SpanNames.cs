namespace Scheduler.Core.Telemetry;

/// <summary>Names of spans and of what they say; a table of them is in docs/operations.md.</summary>
internal static class SpanNames
{
    public const string Trigger = "trigger";
    public const string Schedule = "schedule";
    public const string Wait = "wait";
    public const string RunAttempt = "attempt";
    public const string Complete = "complete";
    public const string LeaseLost = "lease lost";

    public const string Run = "scheduler.run.id";
    public const string Config = "scheduler.config.id";
    public const string Customer = "scheduler.customer.id";
    public const string Provider = "scheduler.provider";
    public const string Template = "scheduler.pipeline.template";
    public const string Attempt = "scheduler.attempt";
    public const string Worker = "scheduler.worker.id";
    public const string Outcome = "scheduler.outcome";
    public const string State = "scheduler.run.state";
    public const string RetryAt = "scheduler.retry_at";

    /// <summary>https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/</summary>
    public const string ErrorType = "error.type";
}
