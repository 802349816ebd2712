using System.Text.Json;
using NodaTime;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Core.Contracts;

/// <summary>One action on many pipelines, or what one would be.</summary>
public sealed record BulkResponse
{
    /// <summary>Null for a dry run, like the state.</summary>
    public string? BulkId { get; init; }
    public required BulkAction Action { get; init; }
    public BulkState? State { get; init; }
    public JsonElement? Filter { get; init; }
    public string? Reason { get; init; }
    public Instant? Until { get; init; }
    public Instant? FailedSince { get; init; }

    /// <summary>How many pipelines it is about.</summary>
    public required long Total { get; init; }

    /// <summary>How many more match the filter, and the action has nothing to do to them; of a dry run only.</summary>
    public long? Untouched { get; init; }

    /// <summary>The first of those it is about, ten at most; of a dry run only.</summary>
    public IReadOnlyList<FoundPipelineResponse>? First { get; init; }

    /// <summary>Left out of lists.</summary>
    public BulkProgressResponse? Progress { get; init; }

    /// <summary>Those that were refused or could not be taken back, 20 at most; left out of lists.</summary>
    public IReadOnlyList<BulkItemResponse>? Exceptions { get; init; }

    /// <summary>The key that asked.</summary>
    public string? CreatedBy { get; init; }
    public Instant? CreatedAt { get; init; }
    public Instant? UpdatedAt { get; init; }
    public Instant? EndedAt { get; init; }
}
