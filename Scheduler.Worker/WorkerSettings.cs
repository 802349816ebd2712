using NodaTime;
using Scheduler.Core.Execution;
using Scheduler.Core.Telemetry;

namespace Scheduler.Worker;

/// <summary>The worker's settings, checked. Its text leaves the key out.</summary>
internal sealed record WorkerSettings
{
    public required Uri ApiUrl { get; init; }

    /// <summary><c>X-Worker-Key</c> or <c>X-Admin-Key</c>.</summary>
    public required string KeyHeader { get; init; }
    public required string Key { get; init; }

    /// <summary>The operator's name for this worker; not yet unique.</summary>
    public string? Name { get; init; }
    public Duration PollInterval { get; init; } = WorkerLoopOptions.DefaultPollInterval;
    public int Concurrency { get; init; } = WorkerLoopOptions.DefaultConcurrency;
    public Duration DrainGrace { get; init; } = WorkerLoopOptions.DefaultDrainGrace;
    public LogFormat LogFormat { get; init; } = LogFormat.Text;
    public TelemetryOptions Telemetry { get; init; } = new();

    public override string ToString() => $"{nameof(WorkerSettings)} {{ {ApiUrl}, {KeyHeader} }}";
}
