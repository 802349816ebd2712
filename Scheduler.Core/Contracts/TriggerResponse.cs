using NodaTime;

namespace Scheduler.Core.Contracts;

public sealed record TriggerResponse
{
    /// <summary>Runs created by this call: queued plus skipped.</summary>
    public required int TriggeredCount { get; init; }
    public required int QueuedCount { get; init; }
    public required int SkippedCount { get; init; }

    /// <summary>Earliest next_run_time of a runnable pipeline, or null when there is none.</summary>
    public Instant? NextTriggerTime { get; init; }

    /// <summary>True when the time was up before every due pipeline was planned.</summary>
    public required bool HasMore { get; init; }
    public required TriggerDetails Details { get; init; }
}
