using System.Net.Http.Headers;

namespace Scheduler.Core.Google;

/// <summary>Adds the token to each call.</summary>
/// <param name="tokens">Where it comes from.</param>
/// <param name="missing">Makes the exception for a token that cannot be had, from a text that holds no secret.</param>
internal sealed class BearerHandler(IAccessTokens tokens, Func<string, Exception> missing) : DelegatingHandler
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
            throw missing(
                $"There is no access token ({exception.GetType().Name}): look at this process's Google credentials."
            );
        }
    }
}
