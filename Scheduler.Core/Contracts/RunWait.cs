using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Why a run has not run yet.</summary>
public sealed record RunWait
{
    public required WaitReason Reason { get; init; }

    /// <summary>The same for a reader, with the figures behind it.</summary>
    public required string Message { get; init; }

    /// <summary>When the cause ends, where that is known.</summary>
    public Instant? Until { get; init; }
}
