using Scheduler.Core.Storage;

namespace Scheduler.Core.Queue;

/// <summary>
/// Where every look costs money: when there may next be something to claim, so that nobody claims in vain meanwhile. After a vain claim
/// one small read answers for all who wait, until its time comes or the signal says otherwise.
/// </summary>
internal sealed class QueueOutlook(QueueStore queue, QueueSignal signal, LeaseOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private volatile View? known;
    private Task<View>? looking;

    /// <summary>How long until a claim may find something, as far as is known.</summary>
    public TimeSpan Pause
    {
        get
        {
            var left = known is { MustLook: false } view ? view.NextAt - time.GetUtcNow() : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Whether a claim may find something. What this process has made claimable may be claimed at once; when it only heard that
    /// there may be something, it looks first.
    /// </summary>
    public async Task<bool> MayClaimAsync(CancellationToken cancellationToken)
    {
        var (wakeUp, raised) = (signal.Next, signal.Raised);
        if (known is not { } view || view.Raised.IsCompleted || view.NextAt <= time.GetUtcNow())
        {
            return true;
        }
        if (!view.WakeUp.IsCompleted && !view.MustLook)
        {
            return false;
        }
        view = await LookAsync(wakeUp, raised, TimeSpan.Zero).WaitAsync(cancellationToken);
        return view.NextAt <= time.GetUtcNow();
    }

    /// <summary>
    /// A claim found something: perhaps all there was. Whoever claims next looks first, which is a quarter of a claim in vain.
    /// </summary>
    /// <param name="wakeUp">The signal's next wake-up, taken before the claim.</param>
    /// <param name="raised">Likewise: what was raised since may be claimed at once.</param>
    public void NoteTaken(Task wakeUp, Task raised) =>
        known = new View(wakeUp, raised, DateTimeOffset.MaxValue, MustLook: true);

    /// <summary>A claim found nothing.</summary>
    /// <param name="wakeUp">The signal's next wake-up, taken before the claim.</param>
    /// <param name="raised">Likewise.</param>
    public async Task NoteVainAsync(Task wakeUp, Task raised, CancellationToken cancellationToken)
    {
        if (wakeUp.IsCompleted)
        {
            // It may have looked too early.
            known = null;
            return;
        }
        if (known is { WakeUp.IsCompleted: false, MustLook: false } view && view.NextAt > time.GetUtcNow())
        {
            return;
        }
        await LookAsync(wakeUp, raised, options.PollInterval.ToTimeSpan()).WaitAsync(cancellationToken);
    }

    private Task<View> LookAsync(Task wakeUp, Task raised, TimeSpan atLeast)
    {
        lock (gate)
        {
            return looking = looking is { IsCompleted: false } ? looking : ReadAsync(wakeUp, raised, atLeast);
        }
    }

    private async Task<View> ReadAsync(Task wakeUp, Task raised, TimeSpan atLeast)
    {
        var readyAt = await queue.NextVisibleAsync(CancellationToken.None);
        var soonest = time.GetUtcNow() + atLeast;
        var nextAt = readyAt is { } instant ? instant.ToDateTimeOffset() : DateTimeOffset.MaxValue;
        var view = new View(wakeUp, raised, nextAt > soonest ? nextAt : soonest);
        known = view;
        return view;
    }

    /// <param name="NextAt">Before that there is nothing to claim, unless one of the tasks has completed.</param>
    /// <param name="MustLook">Nobody has looked since a claim took something.</param>
    private sealed record View(Task WakeUp, Task Raised, DateTimeOffset NextAt, bool MustLook = false);
}
