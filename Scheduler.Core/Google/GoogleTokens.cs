using Google.Apis.Auth.OAuth2;

namespace Scheduler.Core.Google;

/// <summary>
/// Application default credentials, looked for at the first use: a process that calls no Google API never asks for them. The credential
/// is kept, and with it its token, which the library renews before its end.
/// </summary>
/// <param name="scope">What the tokens may be used for.</param>
/// <param name="find">Looks for the credentials of this process.</param>
internal sealed class GoogleTokens(string scope, Func<Task<GoogleCredential>> find) : IAccessTokens
{
    public const string BigQueryScope = "https://www.googleapis.com/auth/bigquery";
    public const string KmsScope = "https://www.googleapis.com/auth/cloudkms";

    private readonly Lock gate = new();
    private Task<GoogleCredential>? found;
    private Task? renewing;
    private string? current;
    private string? refused;

    public GoogleTokens(string scope)
        : this(scope, () => GoogleCredential.GetApplicationDefaultAsync()) { }

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        var credential = await FindAsync().WaitAsync(cancellationToken);
        var token = await TokenAsync(credential, cancellationToken);
        if (IsRefused(token))
        {
            await RenewAsync(credential, token).WaitAsync(cancellationToken);
            token = await TokenAsync(credential, cancellationToken);
        }
        lock (gate)
        {
            return current = token;
        }
    }

    public void Drop(string token)
    {
        lock (gate)
        {
            refused = token == current ? token : refused;
        }
    }

    private bool IsRefused(string token)
    {
        lock (gate)
        {
            return token == refused;
        }
    }

    private static Task<string> TokenAsync(ITokenAccess credential, CancellationToken cancellationToken) =>
        credential.GetAccessTokenForRequestAsync(cancellationToken: cancellationToken);

    /// <summary>A look that failed is not remembered.</summary>
    private Task<GoogleCredential> FindAsync()
    {
        lock (gate)
        {
            return found = found is null or { IsFaulted: true } or { IsCanceled: true } ? FindScopedAsync() : found;
        }
    }

    private async Task<GoogleCredential> FindScopedAsync() => (await find()).CreateScoped(scope);

    /// <summary>One fetch for all who wait for it; none where another caller's has brought a fresh token meanwhile.</summary>
    private Task RenewAsync(GoogleCredential credential, string old)
    {
        lock (gate)
        {
            if (renewing is { IsCompleted: false } || current != old)
            {
                return renewing ?? Task.CompletedTask;
            }
            return renewing = credential.UnderlyingCredential switch
            {
                ServiceCredential service => service.RequestAccessTokenAsync(CancellationToken.None),
                UserCredential user => user.RefreshTokenAsync(CancellationToken.None),
                // Of a kind that has nothing to fetch: what it gave stays what it gives.
                _ => Task.CompletedTask,
            };
        }
    }
}
