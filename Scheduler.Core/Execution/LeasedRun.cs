using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>
/// One leased item while this process holds it: its lease's term, and whether and why it has to stop. Its own timer
/// stops it when the lease can no longer be proven, whatever the heartbeats are waiting for. Thread-safe.
/// </summary>
public sealed class LeasedRun : IDisposable
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource proven = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer expiry;
    private LeaseTerm term;
    private StopReason? stop;
    private bool ended;

    public LeasedRun(LeaseItem item, LeaseTerm term, TimeProvider time)
    {
        Item = item;
        this.time = time;
        this.term = term;
        Stopping = stopping.Token;
        Reference = new LeaseReference { QueueId = item.QueueId, LeaseToken = item.LeaseToken };
        expiry = time.CreateTimer(_ => OnExpiry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (gate)
        {
            NoteProof();
            expiry.Change((Deadline - time.MonotonicNow()).ToWait(), Timeout.InfiniteTimeSpan);
        }
    }

    public LeaseItem Item { get; }

    public LeaseReference Reference { get; }

    /// <summary>Cancelled when the run has to stop; the pipeline runs under it.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>
    /// Completes once the lease is proven for long enough to be renewed; cancelled when the run has to stop before. A claim that
    /// waited long on the server may come back with a lease whose proof has nearly run out on the way; such a run starts only
    /// after its first heartbeat.
    /// </summary>
    public Task Proven => proven.Task;

    public LeaseTerm Term
    {
        get
        {
            lock (gate)
            {
                return term;
            }
        }
    }

    public StopReason? Stop
    {
        get
        {
            lock (gate)
            {
                return stop;
            }
        }
    }

    // Before the first proof the run has not started, so it may wait as long as the lease could possibly live.
    private Duration Deadline => proven.Task.IsCompletedSuccessfully ? term.ProvenUntil : term.PossibleUntil;

    /// <summary>Takes a heartbeat's renewal. A lost lease stays lost.</summary>
    public void Renew(Duration sentAt, Duration answeredAt)
    {
        lock (gate)
        {
            if (stop == StopReason.Lost)
            {
                return;
            }
            term = term.Renewed(sentAt, answeredAt);
            NoteProof();
            if (!ended)
            {
                expiry.Change((Deadline - time.MonotonicNow()).ToWait(), Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Asks the run to stop. The first reason stands, but a lost lease overrides the others.</summary>
    /// <returns>False when the run has ended or is stopping already.</returns>
    public bool TryStop(StopReason reason)
    {
        lock (gate)
        {
            if (stop == StopReason.Lost || (reason != StopReason.Lost && (stop is not null || ended)))
            {
                return false;
            }
            stop = reason;
            if (ended)
            {
                return false;
            }
        }
        Cancel();
        return true;
    }

    /// <summary>
    /// Ends the executing part: from here on only a lost lease changes anything. A run that executed until its lease
    /// could no longer be proven counts as lost, also when its timer had no chance to fire (a process that was frozen).
    /// </summary>
    /// <param name="started">Whether the pipeline was started; what never ran may be handed back without proof.</param>
    public StopReason? End(bool started)
    {
        lock (gate)
        {
            ended = true;
            expiry.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (started && !term.IsProven(time.MonotonicNow()))
            {
                stop = StopReason.Lost;
            }
            return stop;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
        }
        expiry.Dispose();
        stopping.Dispose();
    }

    private void OnExpiry()
    {
        lock (gate)
        {
            var left = Deadline - time.MonotonicNow();
            if (ended)
            {
                return;
            }
            if (left > Duration.Zero)
            {
                expiry.Change(left.ToWait(), Timeout.InfiniteTimeSpan);
                return;
            }
        }
        TryStop(StopReason.Lost);
    }

    private void NoteProof()
    {
        if (term.MayBegin(time.MonotonicNow()))
        {
            proven.TrySetResult();
        }
    }

    private void Cancel()
    {
        proven.TrySetCanceled(Stopping);
        try
        {
            stopping.Cancel();
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // A callback of the pipeline that throws, or a run that ended in this very moment: the stop has taken effect.
        }
    }
}
