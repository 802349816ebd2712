using Scheduler.Core.Security.Secrets;

namespace Scheduler.Core.Credentials;

/// <summary>What to change of a credential; null stays as it is, an empty text clears.</summary>
public sealed record CredentialChange
{
    public string? CredentialName { get; init; }

    /// <summary>A new secret, which makes the credential PENDING.</summary>
    public SealedSecret? Secret { get; init; }
    public string? ProjectId { get; init; }
    public string? AccountId { get; init; }
    public string? Region { get; init; }
    public IReadOnlyList<string>? Scopes { get; init; }
}
