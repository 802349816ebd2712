using NodaTime;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST …/pipelines/bulk.</summary>
public sealed record BulkRequest
{
    public required BulkAction Action { get; init; }

    /// <summary>Which pipelines; an empty one is all of them.</summary>
    public required BulkFilterRequest Filter { get; init; }

    /// <summary>Why, for whoever finds it in the trail or on a pipeline. 1 to 500 characters.</summary>
    [Text(1, 500)]
    public required string Reason { get; init; }

    /// <summary>When a pause ends by itself; left out, not before it is resumed. For pause only.</summary>
    public Instant? Until { get; init; }

    /// <summary>Failures from here on are done again; left out, those of the last 24 hours. For replay_failed only.</summary>
    public Instant? FailedSince { get; init; }

    /// <summary>Says what would be done and writes nothing.</summary>
    public bool DryRun { get; init; }
}
