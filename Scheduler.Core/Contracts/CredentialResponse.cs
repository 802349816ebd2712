using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>A credential as its customer sees it: everything but the secret.</summary>
public sealed record CredentialResponse
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
    public required ValidationStatus ValidationStatus { get; init; }
    public string? ValidationError { get; init; }
    public Instant? LastValidatedAt { get; init; }
    public required bool IsActive { get; init; }

    /// <summary>Which version of the wrapping key its data key is under.</summary>
    public required string KmsKeyVersion { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public string? UpdatedBy { get; init; }
    public Instant? LastUsedAt { get; init; }

    /// <summary>Executions that presented it to the provider.</summary>
    public required long UsageCount { get; init; }
}
