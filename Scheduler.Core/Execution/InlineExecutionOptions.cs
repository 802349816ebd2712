using NodaTime;

namespace Scheduler.Core.Execution;

public sealed record InlineExecutionOptions
{
    /// <summary>The executing process, unique: heartbeats and results go under this name. See <see cref="WorkerIdentity"/>.</summary>
    public required string ExecutorId { get; init; }

    /// <summary>How long running pipelines may go on after the drain began.</summary>
    public Duration DrainGrace { get; init; } = WorkerLoopOptions.DefaultDrainGrace;
}
