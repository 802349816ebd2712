using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Credentials;

/// <summary>A credential as it is stored, without its envelope.</summary>
public sealed record StoredCredential
{
    public required string CredentialId { get; init; }
    public required string CustomerId { get; init; }
    public required string Provider { get; init; }
    public required CredentialType CredentialType { get; init; }
    public required string CredentialName { get; init; }
    public string? ProjectId { get; init; }
    public string? AccountId { get; init; }
    public string? Region { get; init; }
    public required IReadOnlyList<string> Scopes { get; init; }
    public required string KmsKeyVersion { get; init; }
    public required ValidationStatus ValidationStatus { get; init; }
    public string? ValidationError { get; init; }
    public Instant? LastValidatedAt { get; init; }
    public required bool IsActive { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public string? UpdatedBy { get; init; }
    public Instant? LastUsedAt { get; init; }
    public required long UsageCount { get; init; }
}
