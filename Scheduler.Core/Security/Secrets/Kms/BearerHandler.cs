using System.Net.Http.Headers;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>Adds the token to each call.</summary>
internal sealed class BearerHandler(IAccessTokens tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.GetAsync(cancellationToken);
        }
        // Whatever the credentials library threw: it has no one type for it, and its text may quote what it read.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new CipherUnavailableException(
                $"There is no access token for Cloud KMS ({exception.GetType().Name}): look at this process's Google credentials."
            );
        }
    }
}
