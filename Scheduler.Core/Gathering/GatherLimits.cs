namespace Scheduler.Core.Gathering;

/// <summary>How much one operation sends at once, and how much may wait for it.</summary>
public sealed record GatherLimits
{
    /// <summary>Most items of one script. A larger request travels alone.</summary>
    public int Batch { get; init; } = 1_000;

    /// <summary>Most items that wait. The first request of an empty line is taken whatever its size.</summary>
    public int WaitingItems { get; init; } = 20_000;

    /// <summary>Most requests that wait.</summary>
    public int WaitingRequests { get; init; } = 5_000;
}
