using Microsoft.IdentityModel.Tokens;

namespace Scheduler.Api.Auth.Oidc;

/// <summary>A key set as it was fetched. Only RSA and elliptic-curve keys count: a symmetric one would be no secret here.</summary>
internal sealed class KeySnapshot(JsonWebKeySet set, long fetchedAt)
{
    private readonly ILookup<string, SecurityKey> keys = set
        .Keys.Where(key =>
            key is { Kid: not null, Kty: JsonWebAlgorithmsKeyTypes.RSA or JsonWebAlgorithmsKeyTypes.EllipticCurve }
        )
        .ToLookup(key => key.Kid, SecurityKey (key) => key, StringComparer.Ordinal);

    /// <summary>A timestamp of the time provider.</summary>
    public long FetchedAt { get; } = fetchedAt;

    public IReadOnlyList<SecurityKey> Find(string keyId) => [.. keys[keyId]];
}
