using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/customers/{id}/credentials.</summary>
public sealed record CreateCredentialRequest
{
    [RegularExpression(
        "^[a-zA-Z0-9_]{1,50}$",
        ErrorMessage = "Must be 1 to 50 characters out of a-z, A-Z, 0-9 and underscore."
    )]
    public required string Provider { get; init; }

    public required CredentialType CredentialType { get; init; }

    /// <summary>Tells a provider's credentials apart; free again once the credential is deleted.</summary>
    [Text(1, 200)]
    public required string CredentialName { get; init; }

    /// <summary>The secret, in the form of its type. Never shown again.</summary>
    public required JsonElement Credentials { get; init; }

    /// <summary>Without it, the project that a service account's key names.</summary>
    [Text(1, 200)]
    public string? ProjectId { get; init; }

    [Text(1, 200)]
    public string? AccountId { get; init; }

    [Text(1, 100)]
    public string? Region { get; init; }

    [EachText(50, 500)]
    public IReadOnlyList<string>? Scopes { get; init; }

    // A record's own text would print the secret.
    public override string ToString() => $"{nameof(CreateCredentialRequest)} of {Provider}";
}
