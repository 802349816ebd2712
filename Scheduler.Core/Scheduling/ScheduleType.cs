using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>How often a pipeline runs, as customers name it; CUSTOM is every expression that no other word stands for.</summary>
[WireCase(upper: true)]
public enum ScheduleType
{
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Custom,
}
