using System.ComponentModel.DataAnnotations;
using NodaTime;
using Scheduler.Core.Scheduling.Backfills;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST …/pipelines/{config_id}/backfills.</summary>
public sealed record StartBackfillRequest
{
    /// <summary>The most runs of one backfill that are open at once.</summary>
    public const int MostConcurrent = 100;

    /// <summary>The first scheduled time that counts.</summary>
    public required Instant From { get; init; }

    /// <summary>No scheduled time from here on counts; not later than now.</summary>
    public required Instant To { get; init; }

    /// <summary>Which occurrences of the range are run.</summary>
    public BackfillMode Mode { get; init; } = BackfillMode.Missing;

    /// <summary>Says what would be run and writes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>So many of its runs are open at once at most, and one fewer than the plan lets the customer run.</summary>
    [Range(1, MostConcurrent)]
    public int MaxConcurrent { get; init; } = 1;
}
