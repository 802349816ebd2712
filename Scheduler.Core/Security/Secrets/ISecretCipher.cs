namespace Scheduler.Core.Security.Secrets;

/// <summary>Wraps and unwraps data keys. It never sees a secret itself.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface ISecretCipher
{
    /// <summary>Wraps a data key with the newest version of the wrapping key.</summary>
    /// <exception cref="CipherUnavailableException">The key cannot be used now; nothing was wrapped.</exception>
    Task<WrappedKey> WrapAsync(
        ReadOnlyMemory<byte> dataKey,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    );

    /// <summary>Unwraps with whichever version wrapped it. The caller overwrites the answer after use.</summary>
    /// <exception cref="CipherUnavailableException">The key cannot be used now.</exception>
    /// <exception cref="SecretUnreadableException">The key can be used, and these bytes are not wrapped with it under this data.</exception>
    Task<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped,
        ReadOnlyMemory<byte> associatedData,
        CancellationToken cancellationToken
    );

    /// <summary>The version that <see cref="WrapAsync"/> uses now.</summary>
    /// <exception cref="CipherUnavailableException">The key cannot be used now.</exception>
    Task<string> NewestVersionAsync(CancellationToken cancellationToken);
}
