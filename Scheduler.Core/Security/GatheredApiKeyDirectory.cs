using Scheduler.Core.Gathering;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Security;

/// <summary>The stored keys; look-ups at the same time share a script.</summary>
public sealed class GatheredApiKeyDirectory : IApiKeyDirectory
{
    private readonly GatheredOperation<string, ApiKeyIdentity?> lookups;

    public GatheredApiKeyDirectory(ApiKeyStore keys)
        : this(keys, new GatherLimits()) { }

    public GatheredApiKeyDirectory(ApiKeyStore keys, GatherLimits limits) =>
        lookups = new(
            new TableGroup(),
            _ => 1,
            hashes => keys.FindAsync(hashes, CancellationToken.None),
            limits,
            "key_lookups"
        );

    /// <inheritdoc/>
    /// <exception cref="StoreBusyException">Too many look-ups wait already.</exception>
    public async ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken) =>
        await lookups.SendAsync(hash, cancellationToken);
}
