using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST …/pipelines/{config_id}/pause.</summary>
public sealed record PausePipelineRequest
{
    /// <summary>Why, for whoever finds the pipeline paused. 1 to 500 characters.</summary>
    [Text(1, 500)]
    public required string Reason { get; init; }

    /// <summary>When it goes on by itself; left out, not before it is resumed.</summary>
    public Instant? Until { get; init; }
}
