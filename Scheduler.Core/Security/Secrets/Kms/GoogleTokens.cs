using Google.Apis.Auth.OAuth2;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>Application default credentials, looked for at the first use: a process without KMS never asks for them.</summary>
internal sealed class GoogleTokens : IAccessTokens
{
    private const string Scope = "https://www.googleapis.com/auth/cloudkms";

    private readonly Lock gate = new();
    private Task<GoogleCredential>? found;

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        ITokenAccess credential = (await FindAsync().WaitAsync(cancellationToken)).CreateScoped(Scope);
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
