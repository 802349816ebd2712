using Scheduler.Core.Overview;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Time;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>One pipeline.</summary>
public sealed record PipelineModel
{
    public required PipelineConfig Config { get; init; }
    public required string CompanyName { get; init; }
    public required PipelineState State { get; init; }

    /// <summary>Its next times, also while it is paused; empty when its schedule cannot be resolved any more.</summary>
    public required IReadOnlyList<Occurrence> Next { get; init; }

    /// <summary>Why it does not run now, and what will go wrong when it does; on the operators' page.</summary>
    public PipelineOutlook? Outlook { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<Run> Runs { get; init; }

    /// <summary>The newest of its backfills, with how far they have got; on the operators' page.</summary>
    public IReadOnlyList<(Backfill Backfill, BackfillProgress Progress)> Backfills { get; init; } = [];

    /// <summary>Null while nothing was due.</summary>
    public required IntervalCoverage? Coverage { get; init; }
}
