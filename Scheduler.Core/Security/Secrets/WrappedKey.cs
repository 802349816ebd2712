namespace Scheduler.Core.Security.Secrets;

/// <summary>A data key under the wrapping key.</summary>
/// <param name="Bytes">As the cipher made them; only it can read them.</param>
/// <param name="KeyVersion">Which version of the wrapping key was used.</param>
public sealed record WrappedKey(byte[] Bytes, string KeyVersion);
