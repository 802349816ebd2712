using NodaTime;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>One pipeline of a bulk.</summary>
public sealed record BulkItem
{
    public required long Nth { get; init; }
    public required string CustomerId { get; init; }
    public required string ConfigId { get; init; }
    public required BulkItemState State { get; init; }

    /// <summary>Why it was refused or kept, e.g. SWITCHED_OFF.</summary>
    public required string? Detail { get; init; }

    /// <summary>The runs it led to.</summary>
    public required IReadOnlyList<string> RunIds { get; init; }

    /// <summary>The pause that was there before: its end, who made it, and why.</summary>
    public required (Instant? Until, string? By, string? Reason) Before { get; init; }

    /// <summary>The end that the bulk gave the pause.</summary>
    public required Instant? AfterUntil { get; init; }
}
