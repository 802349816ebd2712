using Scheduler.Core.Contracts;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Core.Credentials;

/// <summary>A credential about to be stored.</summary>
public sealed record NewCredential
{
    public required string CredentialId { get; init; }
    public required string CustomerId { get; init; }
    public required string Provider { get; init; }
    public required CredentialType CredentialType { get; init; }
    public required string CredentialName { get; init; }
    public required SealedSecret Secret { get; init; }
    public string? ProjectId { get; init; }
    public string? AccountId { get; init; }
    public string? Region { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = [];
}
