using System.Security.Cryptography;

namespace Scheduler.Core.Security.Secrets;

/// <summary>
/// Seals secrets into envelopes and opens them: each has a data key of its own, which only the cipher's wrapping key opens.
/// A cipher that fails fails the call; there is no way around it.
/// </summary>
public sealed class SecretVault(ISecretCipher cipher)
{
    /// <summary>Encrypts a secret for exactly this binding.</summary>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now.</exception>
    public async Task<SealedSecret> SealAsync(
        SecretBinding binding,
        ReadOnlyMemory<byte> secret,
        CancellationToken cancellationToken
    )
    {
        var associated = binding.AssociatedData(SecretEnvelope.Version);
        var dataKey = RandomNumberGenerator.GetBytes(SecretEnvelope.DataKeyBytes);
        try
        {
            var wrapped = await cipher.WrapAsync(dataKey, associated, cancellationToken);
            var payload = SecretEnvelope.Encrypt(dataKey, secret.Span, associated);
            return Sealed(wrapped, payload);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Opens an envelope; dispose of the answer after use.</summary>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now.</exception>
    /// <exception cref="SecretUnreadableException">The envelope does not open under this binding.</exception>
    public async Task<OpenedSecret> OpenAsync(
        SecretBinding binding,
        ReadOnlyMemory<byte> envelope,
        CancellationToken cancellationToken
    )
    {
        var parsed = SecretEnvelope.Parse(envelope);
        var associated = binding.AssociatedData(SecretEnvelope.Version);
        var dataKey = await UnwrapAsync(parsed, associated, cancellationToken);
        try
        {
            return new OpenedSecret(parsed.Decrypt(dataKey, associated));
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw new SecretUnreadableException("The envelope does not belong here, or was changed.", mismatch);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Wraps the data key with the newest version of the wrapping key; the secret itself is not opened.</summary>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now.</exception>
    /// <exception cref="SecretUnreadableException">The data key does not open under this binding.</exception>
    public async Task<SealedSecret> RewrapAsync(
        SecretBinding binding,
        ReadOnlyMemory<byte> envelope,
        CancellationToken cancellationToken
    )
    {
        var parsed = SecretEnvelope.Parse(envelope);
        var associated = binding.AssociatedData(SecretEnvelope.Version);
        var dataKey = await UnwrapAsync(parsed, associated, cancellationToken);
        try
        {
            return Sealed(await cipher.WrapAsync(dataKey, associated, cancellationToken), parsed.Payload);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private async Task<byte[]> UnwrapAsync(
        SecretEnvelope envelope,
        byte[] associated,
        CancellationToken cancellationToken
    )
    {
        var dataKey = await cipher.UnwrapAsync(envelope.WrappedKey, associated, cancellationToken);
        return dataKey.Length == SecretEnvelope.DataKeyBytes
            ? dataKey
            : throw new SecretUnreadableException("The envelope holds no data key.");
    }

    private static SealedSecret Sealed(WrappedKey wrapped, ReadOnlyMemory<byte> payload) =>
        new(new SecretEnvelope { WrappedKey = wrapped.Bytes, Payload = payload }.ToBytes(), wrapped.KeyVersion);
}
