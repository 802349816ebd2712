using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Queue;

/// <summary>What decides whether a waiting run can be claimed at <see cref="Now"/>.</summary>
public sealed record WaitingFacts
{
    public required Instant Now { get; init; }
    public required RunState State { get; init; }
    public required Instant VisibleAt { get; init; }
    public required bool IsParked { get; init; }
    public required Instant? PausedUntil { get; init; }
    public required Instant RunnableUntil { get; init; }
    public required int? MaxConcurrentPipelines { get; init; }
    public required int LiveLeases { get; init; }

    /// <summary>Visible items of the same customer that have waited at least as long; counted up to 1,000.</summary>
    public required int Ahead { get; init; }

    /// <summary>The oldest other open run of the same pipeline.</summary>
    public required string? BlockingRunId { get; init; }
}
