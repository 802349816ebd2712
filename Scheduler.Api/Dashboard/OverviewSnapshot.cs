using Scheduler.Core.Alerts;
using Scheduler.Core.Overview;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Status;

namespace Scheduler.Api.Dashboard;

/// <summary>The system at a glance.</summary>
public sealed record OverviewSnapshot
{
    public required StatusSnapshot Status { get; init; }

    /// <summary>Those that are written down; the rules over the figures come on top.</summary>
    public required IReadOnlyList<FiringAlert> StoredAlerts { get; init; }

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
