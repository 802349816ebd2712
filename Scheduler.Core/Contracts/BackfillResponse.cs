using NodaTime;
using Scheduler.Core.Scheduling.Backfills;

namespace Scheduler.Core.Contracts;

/// <summary>A backfill, or what one would be.</summary>
public sealed record BackfillResponse
{
    /// <summary>Null for a dry run, like the state.</summary>
    public string? BackfillId { get; init; }
    public required string CustomerId { get; init; }
    public required string ConfigId { get; init; }
    public required BackfillMode Mode { get; init; }
    public required Instant From { get; init; }
    public required Instant To { get; init; }
    public required int MaxConcurrent { get; init; }
    public BackfillState? State { get; init; }

    /// <summary>What keeps it from going on now.</summary>
    public BackfillWait? WaitsFor { get; init; }

    /// <summary>How many were to be run when it was made.</summary>
    public required long Occurrences { get; init; }

    /// <summary>The first of them, ten at most; of a dry run only.</summary>
    public IReadOnlyList<BackfillOccurrenceResponse>? First { get; init; }

    /// <summary>Left out of lists.</summary>
    public BackfillProgressResponse? Progress { get; init; }

    /// <summary>The key that asked.</summary>
    public string? CreatedBy { get; init; }
    public Instant? CreatedAt { get; init; }
    public Instant? UpdatedAt { get; init; }
    public Instant? EndedAt { get; init; }
}
