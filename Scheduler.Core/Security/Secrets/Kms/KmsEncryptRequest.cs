namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>Checksums are CRC32C; Google writes 64-bit numbers as text. A class, not a record: a record would print the key.</summary>
internal sealed class KmsEncryptRequest
{
    public required byte[] Plaintext { get; init; }
    public required string PlaintextCrc32c { get; init; }
    public required byte[] AdditionalAuthenticatedData { get; init; }
    public required string AdditionalAuthenticatedDataCrc32c { get; init; }
}
