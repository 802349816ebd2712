namespace Scheduler.Core.Security;

/// <summary>Finds the identity behind a key's hash.</summary>
public interface IApiKeyDirectory
{
    /// <summary>Looks a key up, whatever its standing; null when no such key was ever made.</summary>
    /// <param name="hash"><see cref="ApiKey.Hash"/>: SHA-256 in lower-case hex.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Storage.StorageUnavailableException">The store cannot be reached.</exception>
    ValueTask<ApiKeyIdentity?> FindAsync(string hash, CancellationToken cancellationToken);
}
