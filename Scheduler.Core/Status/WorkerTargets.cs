using NodaTime;

namespace Scheduler.Core.Status;

/// <summary>What <see cref="DesiredWorkers"/> aims at.</summary>
public sealed record WorkerTargets
{
    /// <summary>Never fewer, 0 to 10,000. The default value is 0.</summary>
    public int Min { get; init; }

    /// <summary>Never more, 1 to 10,000. The default value is 50.</summary>
    public int Max { get; init; } = 50;

    /// <summary>Runs that one worker executes at once (its WORKER_CONCURRENCY). The default value is 4.</summary>
    public int RunsPerWorker { get; init; } = 4;

    /// <summary>In which time a backlog should be gone. The default value is one minute.</summary>
    public Duration ClearWithin { get; init; } = Duration.FromMinutes(1);
}
