using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Queue;

/// <summary>
/// Ends a run before its time: one that waits is skipped on the spot, the worker of one that runs is told by its next heartbeat.
/// </summary>
public sealed class RunCancelling(
    RunStore runs,
    QueueStore queue,
    AuditStore audit,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    /// <summary>A run moves between waiting and running a few times in its life, and each look may meet such a move.</summary>
    private const int Looks = 5;

    /// <summary>Cancels a run, wherever it stands; one that has ended stays as it ended.</summary>
    public async Task<CancelResult> CancelAsync(
        string customerId,
        string runId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (await runs.GetAsync(customerId, runId, cancellationToken) is not { } run)
        {
            return new CancelResult.NoSuchRun();
        }
        var now = await clock.ReadAsync(cancellationToken);
        if (!RunTransitions.IsFinal(run.State))
        {
            // Before it is done: what changes something never goes unrecorded.
            await audit.RecordAsync(
                customerId,
                new AuditStamp(ids.NewId(now), actor),
                "run.cancel",
                runId,
                JsonSerializer.Serialize(new { state = Wire.Name(run.State) }),
                now,
                cancellationToken
            );
        }
        for (var look = 0; look < Looks && !RunTransitions.IsFinal(run.State); look++)
        {
            if (await EndAsync(run, actor, now, cancellationToken) is { } done)
            {
                return done;
            }
            run = await runs.GetAsync(customerId, runId, cancellationToken) ?? run;
        }
        return new CancelResult.EndedAlready(run);
    }

    /// <summary>Ends a run if it has not started; one that runs is left to its end.</summary>
    /// <returns>False where it has started, or ended otherwise.</returns>
    public async Task<bool> WithdrawAsync(
        string customerId,
        string runId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        for (var look = 0; look < Looks; look++)
        {
            var run = await runs.GetAsync(customerId, runId, cancellationToken);
            if (run is not { State: RunState.Scheduled or RunState.Pending })
            {
                return run is { State: RunState.Skipped };
            }
            var now = await clock.ReadAsync(cancellationToken);
            if (await EndAsync(run, actor, now, cancellationToken) is not null)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Null where the run has moved on meanwhile.</summary>
    private async Task<CancelResult?> EndAsync(Run run, Actor actor, Instant now, CancellationToken cancellationToken)
    {
        if (run.State == RunState.Running)
        {
            return (await queue.RequestCancelAsync([run.RunId], now, cancellationToken)).Count > 0
                ? new CancelResult.Asked(run)
                : null;
        }
        var note = "Cancelled on request.";
        var waiting = new WaitingRun(run.RunId, SkipReason.Cancelled, note);
        if ((await queue.SkipWaitingAsync([waiting], actor.KeyId, now, cancellationToken)).Count == 0)
        {
            return null;
        }
        // It may have stood before another run of its pipeline.
        await queue.ReleaseParkedAsync([run.ConfigId], now, cancellationToken);
        signal.Raise();
        return await runs.GetAsync(run.CustomerId, run.RunId, cancellationToken) is { } ended
            ? new CancelResult.Ended(ended)
            : null;
    }
}
