using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/customers/{id}/provider-configs.</summary>
public sealed record CreateProviderConfigRequest : ProviderConfigFields
{
    [RegularExpression(
        "^[a-zA-Z0-9_]{1,50}$",
        ErrorMessage = "Must be 1 to 50 characters out of a-z, A-Z, 0-9 and underscore."
    )]
    public required string Provider { get; init; }

    [RegularExpression(
        "^(?i:COST|SECURITY|COMPLIANCE|OBSERVABILITY|TEST)$",
        ErrorMessage = "Must be one of COST, SECURITY, COMPLIANCE, OBSERVABILITY, TEST."
    )]
    public required string Domain { get; init; }

    /// <summary>Without it provider and domain.</summary>
    [Text(1, 200)]
    public string? ConfigName { get; init; }

    // A record's own text would print the webhook.
    public override string ToString() => $"{nameof(CreateProviderConfigRequest)} of {Provider}/{Domain}";
}
