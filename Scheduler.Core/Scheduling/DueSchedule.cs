using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>What the planner needs to know of a pipeline whose time has come.</summary>
public sealed record DueSchedule
{
    public required string ConfigId { get; init; }
    public required string Cron { get; init; }
    public required string Timezone { get; init; }
    public DstPolicy DstPolicy { get; init; }
    public MisfirePolicy MisfirePolicy { get; init; }

    /// <summary>The stored next occurrence; due once it is not later than now.</summary>
    public required Instant NextRunTime { get; init; }

    /// <summary>Where the data interval of the last occurrence ended; null when there has been none.</summary>
    public Instant? LastIntervalEnd { get; init; }

    /// <summary>Paused while now is before this instant; far in the future for a pause without an end.</summary>
    public Instant? PausedUntil { get; init; }

    /// <summary>False while the customer's profile or subscription lets nothing run.</summary>
    public bool CustomerRunnable { get; init; } = true;
}
