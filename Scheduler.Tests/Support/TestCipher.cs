using System.Security.Cryptography;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Tests.Support;

/// <summary>A wrapping key in memory with as many versions as a test adds, which can be taken down.</summary>
internal sealed class TestCipher : ISecretCipher
{
    private const int TagBytes = 16;
    private readonly List<byte[]> keys = [RandomNumberGenerator.GetBytes(32)];

    public bool IsDown { get; set; }
    public int Unwrapped { get; private set; }

    public void AddVersion() => keys.Add(RandomNumberGenerator.GetBytes(32));

    public Task<WrappedKey> WrapAsync(
        ReadOnlyMemory<byte> dataKey,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    )
    {
        RequireUp();
        var wrapped = new byte[1 + 12 + TagBytes + dataKey.Length];
        wrapped[0] = (byte)(keys.Count - 1);
        RandomNumberGenerator.Fill(wrapped.AsSpan(1, 12));
        using var cipher = new AesGcm(keys[^1], TagBytes);
        cipher.Encrypt(
            wrapped.AsSpan(1, 12),
            dataKey.Span,
            wrapped.AsSpan(13 + TagBytes),
            wrapped.AsSpan(13, TagBytes),
            associatedData.Span
        );
        return Task.FromResult(new WrappedKey(wrapped, $"test:{keys.Count}"));
    }

    public Task<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    )
    {
        RequireUp();
        Unwrapped++;
        var bytes = wrapped.Span;
        var dataKey = new byte[bytes.Length - 13 - TagBytes];
        using var cipher = new AesGcm(keys[bytes[0]], TagBytes);
        try
        {
            cipher.Decrypt(
                bytes[1..13],
                bytes[(13 + TagBytes)..],
                bytes.Slice(13, TagBytes),
                dataKey,
                associatedData.Span
            );
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw new SecretUnreadableException("wrong", mismatch);
        }
        return Task.FromResult(dataKey);
    }

    public Task<string> NewestVersionAsync(CancellationToken cancellationToken)
    {
        RequireUp();
        return Task.FromResult($"test:{keys.Count}");
    }

    private void RequireUp()
    {
        if (IsDown)
        {
            throw new CipherUnavailableException("down");
        }
    }
}
