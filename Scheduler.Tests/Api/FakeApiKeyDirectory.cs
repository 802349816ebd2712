using System.Collections.Concurrent;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Api;

/// <summary>A directory in memory that counts its look-ups and can be taken down.</summary>
internal sealed class FakeApiKeyDirectory : IApiKeyDirectory
{
    private readonly ConcurrentDictionary<string, ApiKeyIdentity> known = new();
    private int lookups;

    private readonly ConcurrentQueue<string> secrets = new();

    public int Lookups => lookups;

    /// <summary>The secret parts of the keys that were made.</summary>
    public IEnumerable<string> Secrets => secrets;

    public bool IsDown { get; set; }

    /// <summary>Makes a key of a customer and returns it in full.</summary>
    public string Add(string customerId, Func<ApiKeyIdentity, ApiKeyIdentity>? change = null)
    {
        var key = ApiKey.Generate(customerId);
        var identity = new ApiKeyIdentity
        {
            ApiKeyId = $"key_{known.Count + 1}",
            CustomerId = customerId,
            Scopes = ["*"],
            Key = KeyStanding.Active,
            Customer = AccountStanding.Good,
        };
        known[key.Hash] = change?.Invoke(identity) ?? identity;
        secrets.Enqueue(key.Reveal()[^32..]);
        return key.Reveal();
    }

    public void Set(string hash, ApiKeyIdentity identity) => known[hash] = identity;

    public ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref lookups);
        return IsDown ? throw new StorageUnavailableException("down") : new(known.GetValueOrDefault(hash));
    }
}
