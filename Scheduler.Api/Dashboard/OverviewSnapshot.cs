using Scheduler.Core.Alerts;
using Scheduler.Core.Overview;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Status;

namespace Scheduler.Api.Dashboard;

/// <summary>The system at a glance.</summary>
public sealed record OverviewSnapshot
{
    public required StatusSnapshot Status { get; init; }

    /// <summary>What fires or is silenced, as the status call tells it.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>24 of them, oldest first.</summary>
    public required IReadOnlyList<HourFigures> Hours { get; init; }

    /// <summary>The newest failures of the last day.</summary>
    public required IReadOnlyList<OverviewRun> Failures { get; init; }

    /// <summary>What runs for longest.</summary>
    public required IReadOnlyList<OverviewRun> Running { get; init; }

    /// <summary>What has been claimable for longest, or will be first.</summary>
    public required IReadOnlyList<OverviewRun> Waiting { get; init; }

    /// <summary>Pipelines whose last run failed for good.</summary>
    public required IReadOnlyList<FoundPipeline> Failing { get; init; }
}
