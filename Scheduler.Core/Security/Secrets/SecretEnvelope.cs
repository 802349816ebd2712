using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Scheduler.Core.Security.Secrets;

/// <summary>
/// The stored form of a secret, version 1: <c>version (1) · length of the wrapped key (2, big endian) · wrapped data key ·
/// nonce (12) · tag (16) · ciphertext</c>.
/// </summary>
internal sealed record SecretEnvelope
{
    public const byte Version = 1;
    public const int DataKeyBytes = 32;

    private const int HeaderBytes = 3;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public required ReadOnlyMemory<byte> WrappedKey { get; init; }

    /// <summary>Nonce, tag and ciphertext: what stays as it is when the data key is wrapped anew.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Encrypts under a data key that is used for this one secret only.</summary>
    public static byte[] Encrypt(
        ReadOnlySpan<byte> dataKey,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> associatedData
    )
    {
        var payload = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(payload.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(dataKey, TagBytes);
        cipher.Encrypt(
            payload.AsSpan(0, NonceBytes),
            secret,
            payload.AsSpan(NonceBytes + TagBytes),
            payload.AsSpan(NonceBytes, TagBytes),
            associatedData
        );
        return payload;
    }

    /// <exception cref="AuthenticationTagMismatchException">Another key, other data, or a changed byte.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> associatedData)
    {
        var payload = Payload.Span;
        var secret = new byte[payload.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(dataKey, TagBytes);
        cipher.Decrypt(
            payload[..NonceBytes],
            payload[(NonceBytes + TagBytes)..],
            payload.Slice(NonceBytes, TagBytes),
            secret,
            associatedData
        );
        return secret;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderBytes + WrappedKey.Length + Payload.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), checked((ushort)WrappedKey.Length));
        WrappedKey.CopyTo(bytes.AsMemory(HeaderBytes));
        Payload.CopyTo(bytes.AsMemory(HeaderBytes + WrappedKey.Length));
        return bytes;
    }

    /// <exception cref="SecretUnreadableException">Not an envelope, or of a version that this process does not know.</exception>
    public static SecretEnvelope Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || bytes.Span[0] != Version)
        {
            throw new SecretUnreadableException("It is not an envelope of a known version.");
        }
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[1..]);
        if (bytes.Length < HeaderBytes + length + NonceBytes + TagBytes)
        {
            throw new SecretUnreadableException("The envelope is cut short.");
        }
        return new SecretEnvelope
        {
            WrappedKey = bytes.Slice(HeaderBytes, length),
            Payload = bytes[(HeaderBytes + length)..],
        };
    }
}
