using System.Text.Json;

namespace Scheduler.Core.Contracts;

/// <summary>Body of PUT /api/v1/customers/{id}/credentials/{credential_id}: what is left out stays; an empty text clears.</summary>
public sealed record UpdateCredentialRequest
{
    [Text(1, 200)]
    public string? CredentialName { get; init; }

    /// <summary>The new secret, in the form of the credential's type. It puts the credential back to PENDING.</summary>
    public JsonElement? Credentials { get; init; }

    [Text(0, 200)]
    public string? ProjectId { get; init; }

    [Text(0, 200)]
    public string? AccountId { get; init; }

    [Text(0, 100)]
    public string? Region { get; init; }

    [EachText(50, 500)]
    public IReadOnlyList<string>? Scopes { get; init; }

    // A record's own text would print the secret.
    public override string ToString() => nameof(UpdateCredentialRequest);
}
