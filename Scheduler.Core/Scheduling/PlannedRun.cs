using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Scheduling;

/// <summary>One occurrence to create a run for.</summary>
public sealed record PlannedRun
{
    public required string ConfigId { get; init; }
    public required string RunId { get; init; }
    public required string QueueId { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required Instant IntervalStart { get; init; }
    public required Instant IntervalEnd { get; init; }
    public required Instant VisibleAt { get; init; }
    public required string IdempotencyKey { get; init; }

    /// <summary>The customer's day that the run counts in.</summary>
    public required string UsageId { get; init; }
    public required LocalDate UsageDate { get; init; }

    /// <summary>Missed, and skipped by policy.</summary>
    public required bool Misfire { get; init; }
    public string? Note { get; init; }

    /// <summary>Of a run that somebody asked for; null for an occurrence of the schedule. Like the next ones.</summary>
    public string? Lane { get; init; }
    public TriggeredBy? TriggeredBy { get; init; }

    /// <summary>The key that asked.</summary>
    public string? AskedBy { get; init; }

    /// <summary>Stands behind an open run of its pipeline, instead of being skipped for it or taking its place.</summary>
    public bool WaitsBehind { get; init; }

    /// <summary>As <see cref="DuePipeline.Parameters"/>.</summary>
    public string? Parameters { get; init; }
}
