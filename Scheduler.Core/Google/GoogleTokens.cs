using Google.Apis.Auth.OAuth2;

namespace Scheduler.Core.Google;

/// <summary>Application default credentials, looked for at the first use: a process that calls no Google API never asks for them.</summary>
/// <param name="scope">What the tokens may be used for.</param>
internal sealed class GoogleTokens(string scope) : IAccessTokens
{
    public const string BigQueryScope = "https://www.googleapis.com/auth/bigquery";
    public const string KmsScope = "https://www.googleapis.com/auth/cloudkms";

    private readonly Lock gate = new();
    private Task<GoogleCredential>? found;

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        ITokenAccess credential = (await FindAsync().WaitAsync(cancellationToken)).CreateScoped(scope);
        return await credential.GetAccessTokenForRequestAsync(cancellationToken: cancellationToken);
    }

    /// <summary>A look that failed is not remembered.</summary>
    private Task<GoogleCredential> FindAsync()
    {
        lock (gate)
        {
            return found = found is null or { IsFaulted: true } or { IsCanceled: true }
                ? GoogleCredential.GetApplicationDefaultAsync()
                : found;
        }
    }
}
