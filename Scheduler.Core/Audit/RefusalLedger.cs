using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Audit;

/// <summary>
/// Counts refused calls in memory until they are written, so that refusing costs the store nothing. Memory is bounded:
/// past <see cref="Capacity"/> different rows, what is new counts for the caller <see cref="Others"/>. Safe for concurrent
/// use.
/// </summary>
public sealed class RefusalLedger(AuditStore store)
{
    /// <summary>Most rows between two flushes, those of <see cref="Others"/> apart, which are as many as there are routes.</summary>
    public const int Capacity = 10_000;

    /// <summary>Stands for the callers that there was no room for.</summary>
    public const string Others = "others";

    private static readonly Duration Retention = Duration.FromDays(90);

    private readonly Lock gate = new();
    private Dictionary<(Instant, string, string, int), RefusedCalls> counts = [];
    private Task flushing = Task.CompletedTask;

    public void Count(Instant now, string caller, string route, int status, string? customerId)
    {
        var minute = Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 60 * 60);
        lock (gate)
        {
            Add(new RefusedCalls(minute, caller, route, status, customerId, 1));
        }
    }

    /// <summary>Writes what was counted. What could not be written stays, and counts with the next flush.</summary>
    /// <remarks>One flush at a time: who flushes while another does waits for it, so that the store may be closed after any of them.</remarks>
    public Task FlushAsync(Instant now, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return flushing = WriteAsync(flushing, now, cancellationToken);
        }
    }

    private async Task WriteAsync(Task earlier, Instant now, CancellationToken cancellationToken)
    {
        // Yields: the caller holds the lock. What failed the earlier one was told to its caller.
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Dictionary<(Instant, string, string, int), RefusedCalls> taken;
        lock (gate)
        {
            (taken, counts) = (counts, []);
        }
        if (taken.Count == 0)
        {
            return;
        }
        try
        {
            await store.CountRefusalsAsync([.. taken.Values], now - Retention, cancellationToken);
        }
        catch (Exception failure) when (failure is StorageUnavailableException or OperationCanceledException)
        {
            lock (gate)
            {
                foreach (var calls in taken.Values)
                {
                    Add(calls);
                }
            }
            throw;
        }
    }

    private void Add(RefusedCalls calls)
    {
        var key = Key(calls);
        if (!counts.ContainsKey(key) && counts.Count >= Capacity)
        {
            calls = calls with { Caller = Others, CustomerId = null };
            key = Key(calls);
        }
        counts[key] = counts.TryGetValue(key, out var known) ? known with { Calls = known.Calls + calls.Calls } : calls;
    }

    private static (Instant, string, string, int) Key(RefusedCalls calls) =>
        (calls.Minute, calls.Caller, calls.Route, calls.Status);
}
