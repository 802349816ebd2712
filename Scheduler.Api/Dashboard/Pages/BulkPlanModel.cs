using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>An action on many pipelines before it is done.</summary>
public sealed record BulkPlanModel
{
    public required BulkAction Action { get; init; }
    public required BulkFilter Filter { get; init; }

    /// <summary>What it would be about; null when nothing can be done.</summary>
    public BulkResult.Planned? Plan { get; init; }

    /// <summary>Why nothing can be done, or why the last try was refused.</summary>
    public string? Fault { get; init; }
}
