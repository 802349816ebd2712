using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>How a worker behaves. The defaults are those of the settings in docs/worker.md.</summary>
public sealed record WorkerLoopOptions
{
    public const int DefaultConcurrency = 4;
    public const int LargestConcurrency = 1000;
    public static readonly Duration DefaultPollInterval = Duration.FromSeconds(5);
    public static readonly Duration DefaultDrainGrace = Duration.FromSeconds(5);

    /// <summary>Unique per process, 1 to 200 characters; see <see cref="WorkerIdentity"/>.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Most runs at once, 1 to 1,000.</summary>
    public int Concurrency { get; init; } = DefaultConcurrency;

    /// <summary>Longest wait between two claims while the queue is empty; above 0.</summary>
    public Duration PollInterval { get; init; } = DefaultPollInterval;

    /// <summary>How long a claim may wait on the server for work: whole seconds, 0 to 60.</summary>
    public Duration LongPoll { get; init; } = Duration.FromSeconds(20);

    /// <summary>How long running pipelines may go on after the drain began; 0 or more.</summary>
    public Duration DrainGrace { get; init; } = DefaultDrainGrace;

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(WorkerId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WorkerId.Length, 200);
        ArgumentOutOfRangeException.ThrowIfLessThan(Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Concurrency, LargestConcurrency);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, Duration.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongPoll, Duration.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LongPoll, Duration.FromSeconds(60));
        ArgumentOutOfRangeException.ThrowIfLessThan(DrainGrace, Duration.Zero);
    }
}
