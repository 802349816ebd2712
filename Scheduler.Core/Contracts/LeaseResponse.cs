namespace Scheduler.Core.Contracts;

/// <summary>Answer of process-queue with <c>execution: lease</c>.</summary>
public sealed record LeaseResponse
{
    public required IReadOnlyList<LeaseItem> Items { get; init; }
}
