namespace Scheduler.Core.Contracts;

/// <summary>Runs, by how they ended. Those that are still open are only in <c>runs</c>.</summary>
public sealed record UsageCounts
{
    /// <summary>Logical runs that took quota; retries are free.</summary>
    public required int Runs { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }
    public required int Cancelled { get; init; }
}
