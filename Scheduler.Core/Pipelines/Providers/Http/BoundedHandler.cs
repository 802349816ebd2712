namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>Reads answers whole before a library sees them, and refuses one that is too large.</summary>
internal sealed class BoundedHandler(HttpMessageHandler inner, long mostBytes) : DelegatingHandler(inner)
{
    /// <exception cref="HttpRequestException">The answer is too large, or was cut short.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(mostBytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
