using System.Security.Cryptography;

namespace Scheduler.Core.Security.Secrets;

/// <summary>
/// Wraps data keys with AES-256-GCM under the keys of a local file. The file is looked at before every use, so that a version
/// that was added is used at once by every process that runs.
/// </summary>
/// <remarks>Wrapped form: <c>id of the key (8) · nonce (12) · tag (16) · ciphertext</c>.</remarks>
public sealed class LocalSecretCipher(string path) : ISecretCipher
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = LocalKey.IdBytes + NonceBytes + TagBytes;

    private readonly Lock gate = new();
    private IReadOnlyList<LocalKey> keys = [];
    private (DateTime WrittenAt, long Length) seen;

    /// <inheritdoc/>
    public Task<WrappedKey> WrapAsync(
        ReadOnlyMemory<byte> dataKey,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    )
    {
        var key = Keys()[0];
        var wrapped = new byte[HeadBytes + dataKey.Length];
        key.Id.CopyTo(wrapped, 0);
        var nonce = wrapped.AsSpan(LocalKey.IdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key.Bytes, TagBytes);
        cipher.Encrypt(
            nonce,
            dataKey.Span,
            wrapped.AsSpan(HeadBytes),
            wrapped.AsSpan(LocalKey.IdBytes + NonceBytes, TagBytes),
            associatedData.Span
        );
        return Task.FromResult(new WrappedKey(wrapped, key.Name));
    }

    /// <inheritdoc/>
    public Task<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    )
    {
        if (wrapped.Length <= HeadBytes)
        {
            throw new SecretUnreadableException("It was not wrapped with a local key.");
        }
        // A key that is not in the file may come back with it; the envelope may be sound.
        var key =
            Keys().FirstOrDefault(candidate => wrapped.Span.StartsWith(candidate.Id))
            ?? throw new CipherUnavailableException(
                $"The file {path} does not have the key that this was wrapped with."
            );
        var dataKey = new byte[wrapped.Length - HeadBytes];
        using var cipher = new AesGcm(key.Bytes, TagBytes);
        try
        {
            cipher.Decrypt(
                wrapped.Span.Slice(LocalKey.IdBytes, NonceBytes),
                wrapped.Span[HeadBytes..],
                wrapped.Span.Slice(LocalKey.IdBytes + NonceBytes, TagBytes),
                dataKey,
                associatedData.Span
            );
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw new SecretUnreadableException("The envelope does not belong here, or was changed.", mismatch);
        }
        return Task.FromResult(dataKey);
    }

    /// <inheritdoc/>
    public Task<string> NewestVersionAsync(CancellationToken cancellationToken) => Task.FromResult(Keys()[0].Name);

    private IReadOnlyList<LocalKey> Keys()
    {
        try
        {
            lock (gate)
            {
                var file = new FileInfo(path);
                var now = (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
                if (keys.Count == 0 || now != seen)
                {
                    keys = LocalKeyFile.Read(path);
                    seen = now;
                }
                return keys;
            }
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CipherUnavailableException($"The key file {path} cannot be used.", exception);
        }
    }
}
