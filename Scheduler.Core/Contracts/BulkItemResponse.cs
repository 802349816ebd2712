using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Core.Contracts;

/// <summary>One pipeline of a bulk.</summary>
public sealed record BulkItemResponse
{
    public required string CustomerId { get; init; }
    public required string ConfigId { get; init; }
    public required BulkItemState State { get; init; }

    /// <summary>
    /// Why: SWITCHED_OFF, PAUSED, NOT_PAUSED, CUSTOMER_NOT_RUNNABLE, OVERLAP, QUOTA_DAILY, QUOTA_MONTHLY, NOTHING_FAILED,
    /// NO_SUCH_PIPELINE, CHANGED_SINCE, STARTED or NEVER_DONE.
    /// </summary>
    public string? Detail { get; init; }
    public required IReadOnlyList<string> RunIds { get; init; }
}
