using NodaTime;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>A backfill before it is started.</summary>
public sealed record BackfillPlanModel
{
    public required PipelineConfig Config { get; init; }
    public required string CompanyName { get; init; }
    public required Instant From { get; init; }
    public required Instant To { get; init; }
    public required BackfillMode Mode { get; init; }
    public required int MaxConcurrent { get; init; }

    /// <summary>What it would be; null while it cannot be.</summary>
    public BackfillResult.Planned? Plan { get; init; }

    /// <summary>Why it cannot be.</summary>
    public string? Fault { get; init; }
}
