using System.Security.Cryptography;

namespace Scheduler.Core.Security.Secrets;

/// <summary>A secret in the clear. Dispose of it as soon as it was used: its bytes are then overwritten.</summary>
public sealed class OpenedSecret : IDisposable
{
    private readonly byte[] bytes;

    internal OpenedSecret(byte[] bytes) => this.bytes = bytes;

    /// <summary>Valid until the secret is disposed of.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    public override string ToString() => nameof(OpenedSecret);
}
