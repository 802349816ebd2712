using Microsoft.Extensions.Logging;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Security.Secrets;

/// <summary>
/// Moves every envelope to the newest version of the wrapping key, page by page. It may run beside the system, be stopped and be
/// started again: a row is replaced only if it is still the one that was read, and what is done already is not looked at.
/// </summary>
public sealed partial class SecretRewrap(
    CredentialStore credentials,
    ProviderConfigStore configs,
    SecretVault vault,
    ISecretCipher cipher,
    ILogger<SecretRewrap> logger
)
{
    /// <summary>Rows of one page.</summary>
    public const int PageSize = 100;

    /// <param name="progress">Told after each page.</param>
    /// <param name="cancellationToken">Stops it between two rows; the pages before stay done.</param>
    /// <exception cref="CipherUnavailableException">The wrapping key cannot be used now; start again later.</exception>
    public async Task<RewrapCount> RunAsync(Action<RewrapCount> progress, CancellationToken cancellationToken)
    {
        var newest = await cipher.NewestVersionAsync(cancellationToken);
        var count = new RewrapCount(newest, 0, 0, 0);
        count = await MoveAsync(
            after => credentials.ListOutdatedAsync(newest, after, PageSize, cancellationToken),
            rows => credentials.RewrapAsync(rows, cancellationToken),
            count,
            progress,
            cancellationToken
        );
        return await MoveAsync(
            after => configs.ListOutdatedAsync(newest, after, PageSize, cancellationToken),
            rows => configs.RewrapAsync(rows, cancellationToken),
            count,
            progress,
            cancellationToken
        );
    }

    private async Task<RewrapCount> MoveAsync(
        Func<string?, Task<IReadOnlyList<OutdatedSecret>>> list,
        Func<IReadOnlyList<RewrappedSecret>, Task<IReadOnlyList<string>>> replace,
        RewrapCount count,
        Action<RewrapCount> progress,
        CancellationToken cancellationToken
    )
    {
        string? after = null;
        while (await list(after) is { Count: > 0 } page)
        {
            after = page[^1].Binding.SecretId;
            var made = new List<RewrappedSecret>();
            foreach (var secret in page)
            {
                if (await RewrapAsync(secret, cancellationToken) is { } rewrapped)
                {
                    made.Add(rewrapped);
                }
            }
            var moved = made.Count == 0 ? 0 : (await replace(made)).Count;
            count = count with
            {
                Moved = count.Moved + moved,
                Changed = count.Changed + made.Count - moved,
                Unreadable = count.Unreadable + page.Count - made.Count,
            };
            progress(count);
        }
        return count;
    }

    private async Task<RewrappedSecret?> RewrapAsync(OutdatedSecret secret, CancellationToken cancellationToken)
    {
        try
        {
            var made = await vault.RewrapAsync(secret.Binding, secret.Envelope, cancellationToken);
            return new RewrappedSecret(
                secret.Binding.SecretId,
                Convert.ToHexString(secret.Envelope),
                Convert.ToHexString(made.Envelope),
                made.KeyVersion
            );
        }
        catch (SecretUnreadableException unreadable)
        {
            LogUnreadable(secret.Binding.CustomerId, secret.Binding.SecretId, unreadable.Message);
            return null;
        }
    }

    [LoggerMessage(
        EventId = 5001,
        Level = LogLevel.Error,
        Message = "The secret {SecretId} of {CustomerId} does not open and stays as it is: {Reason}"
    )]
    private partial void LogUnreadable(string customerId, string secretId, string reason);
}
