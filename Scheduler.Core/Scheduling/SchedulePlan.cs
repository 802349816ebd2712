using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>What a trigger does with one due pipeline.</summary>
public abstract record SchedulePlan
{
    private SchedulePlan() { }

    /// <summary>It cannot be planned: deactivate it, with the reason.</summary>
    public sealed record SetAside(string Reason) : SchedulePlan;

    /// <summary>Nothing runs and nothing is caught up; only its next time is set.</summary>
    public sealed record PassOver(Instant NextRunTime) : SchedulePlan;

    /// <param name="Occurrences">The runs to create, in order of time; at least one.</param>
    /// <param name="NextRunTime">Later than now; null when the schedule never fires again.</param>
    public sealed record Fire(IReadOnlyList<PlannedOccurrence> Occurrences, Instant? NextRunTime) : SchedulePlan;
}
