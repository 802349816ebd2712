using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Forecasts;

/// <summary>Pipelines that become due at the same times.</summary>
/// <param name="SpreadSeconds">Over how long each time's runs are spread.</param>
/// <param name="Pipelines">How many there are.</param>
public sealed record ScheduleGroup(
    string Cron,
    string Timezone,
    DstPolicy DstPolicy,
    int SpreadSeconds,
    long Pipelines
);
