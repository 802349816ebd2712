namespace Scheduler.Core.Scheduling;

/// <summary>What the schedule types mean.</summary>
public static class ScheduleTypes
{
    /// <summary>The expression of a config that names a type and none of its own; null for <see cref="ScheduleType.Custom"/>.</summary>
    public static string? DefaultCron(ScheduleType type) =>
        type switch
        {
            ScheduleType.Hourly => "0 * * * *",
            ScheduleType.Daily => "0 0 * * *",
            ScheduleType.Weekly => "0 0 * * 0",
            ScheduleType.Monthly => "0 0 1 * *",
            ScheduleType.Custom => null,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a schedule type."),
        };
}
