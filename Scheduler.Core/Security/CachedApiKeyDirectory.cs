namespace Scheduler.Core.Security;

/// <summary>
/// Remembers look-ups for at most five seconds, unknown keys as well as known ones, so that a revoked key is refused
/// everywhere within that time and a busy or an unknown key costs the store one query per period.
/// </summary>
/// <remarks>
/// Two generations instead of an age per entry: new look-ups enter the young one, which becomes the old one after half
/// the time, or as soon as it is full. Memory is bounded by construction and nothing needs sweeping. Safe for
/// concurrent use; concurrent look-ups of one key share one query.
/// </remarks>
public sealed class CachedApiKeyDirectory(IApiKeyDirectory inner, TimeProvider time) : IApiKeyDirectory
{
    /// <summary>Longest time that an answer may be repeated.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>Most look-ups kept in each of the two generations.</summary>
    public const int Capacity = 20_000;

    private readonly Lock gate = new();
    private readonly long halfLife = (long)(MaxAge.TotalSeconds / 2 * time.TimestampFrequency);
    private Dictionary<string, Lazy<Task<ApiKeyIdentity?>>> young = new(StringComparer.Ordinal);
    private Dictionary<string, Lazy<Task<ApiKeyIdentity?>>> old = new(StringComparer.Ordinal);
    private long youngSince = time.GetTimestamp();

    /// <inheritdoc/>
    public async ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        var lookup = Remembered(hash);
        try
        {
            // The query is shared: one caller's departure must not end it for the others.
            return await lookup.Value.WaitAsync(cancellationToken);
        }
        catch when (lookup.Value.IsFaulted || lookup.Value.IsCanceled)
        {
            Forget(hash, lookup);
            throw;
        }
    }

    /// <summary>
    /// Drops what is remembered of a customer's keys, after a change of it: on this instance the next call looks anew, on
    /// others within <see cref="MaxAge"/>. Look-ups under way are dropped too, since they may have read what was before.
    /// </summary>
    public void Forget(string customerId)
    {
        lock (gate)
        {
            foreach (var generation in (Dictionary<string, Lazy<Task<ApiKeyIdentity?>>>[])[young, old])
            {
                foreach (var (hash, lookup) in generation)
                {
                    if (Concerns(lookup, customerId))
                    {
                        generation.Remove(hash);
                    }
                }
            }
        }
    }

    private static bool Concerns(Lazy<Task<ApiKeyIdentity?>> lookup, string customerId) =>
        !lookup.IsValueCreated
        || !lookup.Value.IsCompletedSuccessfully
        || lookup.Value.Result?.CustomerId == customerId;

    private Lazy<Task<ApiKeyIdentity?>> Remembered(string hash)
    {
        lock (gate)
        {
            Age(time.GetTimestamp());
            if (young.TryGetValue(hash, out var known) || old.TryGetValue(hash, out known))
            {
                return known;
            }
            if (young.Count >= Capacity)
            {
                Turn(time.GetTimestamp());
            }
            // The lambda is async so that a directory that throws at once fails the task, which is then forgotten.
            var started = new Lazy<Task<ApiKeyIdentity?>>(async () =>
                await inner.FindAsync(hash, CancellationToken.None)
            );
            young[hash] = started;
            return started;
        }
    }

    /// <summary>Turns on the beat of the half-life, not of the callers: a quiet spell must not lengthen an entry's life.</summary>
    private void Age(long now)
    {
        if (now - youngSince >= 2 * halfLife)
        {
            Turn(now);
            Turn(now);
        }
        else if (now - youngSince >= halfLife)
        {
            Turn(youngSince + halfLife);
        }
    }

    private void Turn(long since)
    {
        old = young;
        young = new(StringComparer.Ordinal);
        youngSince = since;
    }

    private void Forget(string hash, Lazy<Task<ApiKeyIdentity?>> failed)
    {
        lock (gate)
        {
            foreach (var generation in (Dictionary<string, Lazy<Task<ApiKeyIdentity?>>>[])[young, old])
            {
                if (generation.TryGetValue(hash, out var current) && current == failed)
                {
                    generation.Remove(hash);
                }
            }
        }
    }
}
