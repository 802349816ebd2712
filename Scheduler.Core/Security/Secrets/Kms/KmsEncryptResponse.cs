namespace Scheduler.Core.Security.Secrets.Kms;

internal sealed class KmsEncryptResponse
{
    /// <summary>The version of the key that was used.</summary>
    public string? Name { get; init; }
    public byte[]? Ciphertext { get; init; }
    public string? CiphertextCrc32c { get; init; }
    public bool VerifiedPlaintextCrc32c { get; init; }
    public bool VerifiedAdditionalAuthenticatedDataCrc32c { get; init; }
}
