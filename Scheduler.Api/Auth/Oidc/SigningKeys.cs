using Microsoft.IdentityModel.Tokens;

namespace Scheduler.Api.Auth.Oidc;

/// <summary>
/// The keys that the issuer publishes: kept for an hour, fetched anew when a token names one that is not among them, but
/// not more than once a minute, and after a failure not more than every ten seconds. While the issuer does not answer, keys
/// that were fetched within a day stay good. Safe for concurrent use; concurrent callers share one fetch.
/// </summary>
internal sealed class SigningKeys(Func<CancellationToken, Task<string>> fetch, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Usable = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private KeySnapshot? known;
    private long? failedAt;

    /// <summary>The keys with this id.</summary>
    /// <returns>Null when it cannot be known; empty when the issuer has no such key.</returns>
    public async Task<IReadOnlyList<SecurityKey>?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (known is { } kept && !IsOver(kept.FetchedAt, Fresh) && kept.Find(keyId) is { Count: > 0 } found)
        {
            return found;
        }
        await turn.WaitAsync(cancellationToken);
        try
        {
            await RefreshAsync(keyId, cancellationToken);
            var current = known is { } snapshot && !IsOver(snapshot.FetchedAt, Usable) ? snapshot.Find(keyId) : null;
            // A key that is not among old ones may be among the new ones that could not be fetched.
            return current is { Count: 0 } && failedAt is not null ? null : current;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task RefreshAsync(string keyId, CancellationToken cancellationToken)
    {
        var isKnown = known is { } kept && kept.Find(keyId).Count > 0;
        var isDue = known is null || IsOver(known.FetchedAt, isKnown ? Fresh : BetweenFetches);
        if (!isDue || (failedAt is { } failed && !IsOver(failed, AfterFailure)))
        {
            return;
        }
        try
        {
            known = new KeySnapshot(new JsonWebKeySet(await fetch(cancellationToken)), time.GetTimestamp());
            failedAt = null;
        }
        catch (Exception failure)
            when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever the other side does, it is an answer that is no key set.
            failedAt = time.GetTimestamp();
        }
    }

    private bool IsOver(long since, TimeSpan limit) => time.GetElapsedTime(since) >= limit;
}
