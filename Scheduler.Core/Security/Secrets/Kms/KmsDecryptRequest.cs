namespace Scheduler.Core.Security.Secrets.Kms;

internal sealed class KmsDecryptRequest
{
    public required byte[] Ciphertext { get; init; }
    public required string CiphertextCrc32c { get; init; }
    public required byte[] AdditionalAuthenticatedData { get; init; }
    public required string AdditionalAuthenticatedDataCrc32c { get; init; }
}
