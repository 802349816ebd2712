namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>A class, not a record: a record would print the key.</summary>
internal sealed class KmsDecryptResponse
{
    public byte[]? Plaintext { get; init; }
    public string? PlaintextCrc32c { get; init; }
    public bool UsedPrimary { get; init; }
}
