namespace Scheduler.Core.Contracts;

/// <summary>One run with its history and, while it has not run, what it waits for.</summary>
public sealed record RunDetailResponse
{
    public required RunResponse Run { get; init; }

    /// <summary>Every change of state, oldest first.</summary>
    public required IReadOnlyList<RunTransitionResponse> Transitions { get; init; }

    /// <summary>Every try of this occurrence, the first one first; this run is one of them.</summary>
    public required IReadOnlyList<RunAttemptResponse> Attempts { get; init; }
    public required RunWait Why { get; init; }
}
