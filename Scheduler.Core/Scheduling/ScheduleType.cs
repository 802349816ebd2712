using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>The kind of schedule a pipeline is configured with.</summary>
[WireCase(upper: true)]
public enum ScheduleType
{
    Hourly,
    Daily,
    Weekly,
    Monthly,

    /// <summary>Whatever the expression says; there is no default one.</summary>
    Custom,
}
