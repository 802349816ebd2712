namespace Scheduler.Core.Contracts;

/// <summary>An encrypted credential as it travels to the worker; only the worker opens it.</summary>
public sealed record CredentialEnvelope
{
    public required string CredentialId { get; init; }
    public required string Provider { get; init; }
    public required string CredentialType { get; init; }

    /// <summary>The envelope's bytes in base64.</summary>
    public required string EncryptedCredentials { get; init; }
    public required string KmsKeyVersion { get; init; }

    public override string ToString() => $"{nameof(CredentialEnvelope)} {CredentialId} ({Provider})";
}
