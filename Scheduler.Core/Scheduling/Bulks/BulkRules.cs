using NodaTime;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>What a bulk does to a pipeline: pure.</summary>
public static class BulkRules
{
    /// <summary>Whether an action can do anything to a pipeline that stands so.</summary>
    public static bool Concerns(BulkAction action, PipelineState state) =>
        action switch
        {
            BulkAction.Pause => state != PipelineState.Off,
            BulkAction.Resume => state == PipelineState.Paused,
            BulkAction.RunNow or BulkAction.ReplayFailed => state is PipelineState.Active or PipelineState.Failing,
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Not an action."),
        };

    /// <summary>The pause that an item gets.</summary>
    public static BulkPause Apply(Bulk bulk, BulkItem item, string auditId, Instant now) =>
        bulk.Action == BulkAction.Pause
            ? new BulkPause(
                item.Nth,
                bulk.Until ?? PipelinePausing.Endless,
                ExpectedUntil: null,
                bulk.Actor.KeyId,
                bulk.Reason,
                auditId
            )
            : new BulkPause(item.Nth, now, ExpectedUntil: null, PausedBy: null, Reason: null, auditId);

    /// <summary>The pause that an item had before, as far as it would not be over by now.</summary>
    public static BulkPause TakeBack(BulkItem item, string auditId, Instant now) =>
        item.Before.Until is { } until && until > now
            ? new BulkPause(item.Nth, until, item.AfterUntil, item.Before.By, item.Before.Reason, auditId)
            : new BulkPause(item.Nth, now, item.AfterUntil, PausedBy: null, Reason: null, auditId);
}
