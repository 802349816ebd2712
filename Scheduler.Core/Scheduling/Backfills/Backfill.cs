using NodaTime;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>Past occurrences of a pipeline that somebody wants run, as the store holds it.</summary>
public sealed record Backfill
{
    public required string BackfillId { get; init; }
    public required string CustomerId { get; init; }
    public required string ConfigId { get; init; }
    public required BackfillMode Mode { get; init; }

    /// <summary>The first scheduled time that counts.</summary>
    public required Instant From { get; init; }

    /// <summary>No scheduled time from here on counts.</summary>
    public required Instant To { get; init; }

    /// <summary>So many of its runs are open at once at most.</summary>
    public required int MaxConcurrent { get; init; }

    /// <summary>How many occurrences were to be run when it was made.</summary>
    public required long Occurrences { get; init; }
    public required BackfillState State { get; init; }

    /// <summary>Occurrences before it are done with or under way.</summary>
    public required Instant NextTime { get; init; }

    /// <summary>What keeps it from going on now; null where nothing does.</summary>
    public required BackfillWait? WaitsFor { get; init; }

    /// <summary>Rises with every change.</summary>
    public required long Version { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>The key that asked.</summary>
    public required string CreatedBy { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required Instant? EndedAt { get; init; }
}
