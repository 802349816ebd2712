using Scheduler.Core.Storage;

namespace Scheduler.Core.Queue;

/// <summary>
/// Whether this process knows of something open: queued, waiting or leased. Where every look costs money, duties make no passes while
/// there is nothing. It is open at the start, after a trigger that queued something, and after a look that found something; it closes
/// when a look finds the queue empty. Where looks cost nothing it is always open. Safe for concurrent use.
/// </summary>
public sealed class OpenWork(QueueStore queue, StatusStore status, QueueSignal signal, TimeProvider time)
{
    /// <summary>How long a look that found something holds.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private bool isOpen = true;
    private long lookedAt = time.GetTimestamp();
    private long seen;
    private Task wakeUp = signal.Next;
    private Task raised = signal.Raised;
    private Task<bool>? looking;

    /// <summary>Rises each time it opens: what was to be done once since then has not been done yet by who remembers a lower one.</summary>
    public long Opening { get; private set; } = 1;

    /// <summary>Looks first where it has to.</summary>
    /// <exception cref="StorageUnavailableException">The store did not answer.</exception>
    public Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        if (!queue.ReadsAreCharged)
        {
            return Task.FromResult(true);
        }
        lock (gate)
        {
            if (!isOpen && (raised.IsCompleted || signal.Sightings != seen))
            {
                Open();
            }
            if (isOpen ? time.GetElapsedTime(lookedAt) < LookInterval : !wakeUp.IsCompleted)
            {
                return Task.FromResult(isOpen);
            }
            looking = looking is { IsCompleted: false } ? looking : LookAsync();
            return looking.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> LookAsync()
    {
        var (next, nextRaised, sightings) = (signal.Next, signal.Raised, signal.Sightings);
        // Yields: the caller holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var isEmpty = await IsEmptyAsync();
        lock (gate)
        {
            if (!isEmpty)
            {
                if (!isOpen)
                {
                    Open();
                }
                lookedAt = time.GetTimestamp();
            }
            else
            {
                (isOpen, wakeUp, raised, seen) = (false, next, nextRaised, sightings);
            }
            return isOpen;
        }
    }

    /// <summary>The leases first: while one is held, the larger look is not needed.</summary>
    private async Task<bool> IsEmptyAsync() =>
        await queue.ListExpiredAsync(Microseconds.Never, after: null, limit: 1, CancellationToken.None) is []
        && await status.GetAsync(CancellationToken.None) is { PipelinesQueued: 0, PipelinesRunning: 0 };

    private void Open()
    {
        isOpen = true;
        lookedAt = time.GetTimestamp();
        Opening++;
    }
}
