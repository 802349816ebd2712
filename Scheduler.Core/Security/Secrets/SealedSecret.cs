namespace Scheduler.Core.Security.Secrets;

/// <summary>A secret as the store keeps it.</summary>
/// <param name="Envelope">See <see cref="SecretEnvelope"/>.</param>
/// <param name="KeyVersion">Which version of the wrapping key holds the data key.</param>
public sealed record SealedSecret(byte[] Envelope, string KeyVersion);
