using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Contracts;

public sealed record RunTransitionResponse
{
    /// <summary>Null for the run's creation.</summary>
    public RunState? From { get; init; }
    public required RunState To { get; init; }
    public required Instant At { get; init; }

    /// <summary>Who moved it: a duty of the system, a worker, a key.</summary>
    public required string By { get; init; }

    /// <summary>The lease under which it moved; null outside a lease.</summary>
    public long? LeaseEpoch { get; init; }

    /// <summary>Why, where the states alone do not say it: a reason, an error type, <c>lease lost</c>.</summary>
    public string? Note { get; init; }
}
