using NodaTime;
using Scheduler.Core.Audit;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>One action on many pipelines, as the store holds it.</summary>
public sealed record Bulk
{
    public required string BulkId { get; init; }
    public required BulkAction Action { get; init; }

    /// <summary>What was looked for, as JSON.</summary>
    public required string Filter { get; init; }
    public required string Reason { get; init; }

    /// <summary>When a pause ends by itself; null where it does not.</summary>
    public required Instant? Until { get; init; }

    /// <summary>Failures from here on are done again.</summary>
    public required Instant? FailedSince { get; init; }
    public required BulkState State { get; init; }

    /// <summary>How many pipelines it is about.</summary>
    public required long Total { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>Who asked.</summary>
    public required Actor Actor { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required Instant? EndedAt { get; init; }
}
