using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/scheduler/trigger; may be left out.</summary>
public sealed record TriggerRequest
{
    /// <summary>Pipelines planned per transaction, 1 to 10,000; fewer where they catch up, once they make as many runs.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; init; } = 1000;

    /// <summary>Stop after this many seconds (1 to 3,600) and report has_more.</summary>
    [Range(1, 3600)]
    public int MaxProcessingTimeSeconds { get; init; } = 600;
}
