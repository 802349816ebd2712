namespace Scheduler.Core.Contracts;

/// <summary>How many turns were taken, and when they come.</summary>
public sealed record PaceResponse
{
    /// <summary>Turns that are the caller's now; 0 when none comes within the longest wait.</summary>
    public required int Calls { get; init; }

    /// <summary>When the first of them comes, or would come, in milliseconds from the answer.</summary>
    public required int WaitMs { get; init; }
}
