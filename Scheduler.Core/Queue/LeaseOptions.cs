using NodaTime;
using Scheduler.Core.Gathering;

namespace Scheduler.Core.Queue;

/// <summary>The timing of leases.</summary>
public sealed record LeaseOptions
{
    /// <summary>How long a lease lasts without a heartbeat.</summary>
    public Duration Lease { get; init; } = Duration.FromSeconds(30);

    /// <summary>How often a long poll looks again by itself: bounds what a lost wake-up costs.</summary>
    public Duration PollInterval { get; init; } = Duration.FromSeconds(1);

    /// <summary>How long a queued item waits for a customer or pipeline that cannot run before it is skipped.</summary>
    public Duration WaitingLimit { get; init; } = Duration.FromHours(24);

    /// <summary>How long finished queue items are kept.</summary>
    public Duration FinishedRetention { get; init; } = Duration.FromDays(7);

    /// <summary>How late a run may start: what its lateness is held against in the metrics.</summary>
    public Duration LatenessObjective { get; init; } = Duration.FromSeconds(300);

    /// <summary>How much goes to the store at once, and how much may wait for it before callers are turned away.</summary>
    public GatherLimits Gathering { get; init; } = new();
}
