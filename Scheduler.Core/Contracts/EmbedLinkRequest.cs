using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/scheduler/customer/{id}/embed-links; it may be left out.</summary>
public sealed record EmbedLinkRequest
{
    /// <summary>How long the link is good, in seconds, 60 to 3,600.</summary>
    [Range(60, 3_600)]
    public int TtlSeconds { get; init; } = 900;
}
