using NodaTime;
using Scheduler.Core.Customers;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>How one pipeline moves on in a batch.</summary>
public sealed record PlannedPipeline
{
    public required string ConfigId { get; init; }

    /// <summary>The next_run_time that planning started from; if the store holds another one by now, nothing is written.</summary>
    public required Instant Expected { get; init; }

    /// <summary>The schedule that planning started from, and whether the pipeline could run then; likewise.</summary>
    public required string Cron { get; init; }
    public required string Timezone { get; init; }
    public required DstPolicy DstPolicy { get; init; }
    public required bool IsLive { get; init; }

    /// <summary>The zone whose day the runs were planned to count in; likewise.</summary>
    public required string CustomerTimezone { get; init; }
    public Instant? NextRunTime { get; init; }

    /// <summary>Set for a pipeline that is set aside.</summary>
    public string? DeactivateReason { get; init; }

    /// <summary>Where its interval chain ends after this batch; null when no run was created.</summary>
    public Instant? ChainEnd { get; init; }

    /// <summary>A live pipeline that stays where it is, for runs beside its schedule.</summary>
    /// <param name="config">Active.</param>
    /// <param name="standing">Its customer's.</param>
    public static PlannedPipeline Unmoved(PipelineConfig config, CustomerStanding standing) =>
        new()
        {
            ConfigId = config.ConfigId,
            Expected = config.NextRunTime!.Value,
            NextRunTime = config.NextRunTime,
            Cron = config.ScheduleCron,
            Timezone = config.Timezone,
            DstPolicy = config.DstPolicy,
            CustomerTimezone = standing.Timezone,
            IsLive = true,
        };
}
