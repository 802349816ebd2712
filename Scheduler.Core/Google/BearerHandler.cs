using System.Net;
using System.Net.Http.Headers;

namespace Scheduler.Core.Google;

/// <summary>
/// Adds the token to each call. One that Google refuses (401) is dropped, and the call sent once more with a fresh one: a token may be
/// revoked, or end by Google's clock before it does by this host's. A 401 to the fresh one is the answer.
/// </summary>
/// <param name="tokens">Where it comes from.</param>
/// <param name="missing">Makes the exception for a token that cannot be had, from a text that holds no secret.</param>
internal sealed class BearerHandler(IAccessTokens tokens, Func<string, Exception> missing) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        // It may have to be sent twice.
        await (request.Content?.LoadIntoBufferAsync(cancellationToken) ?? Task.CompletedTask);
        var token = await AuthoriseAsync(request, cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }
        response.Dispose();
        tokens.Drop(token);
        await AuthoriseAsync(request, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<string> AuthoriseAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return token;
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
