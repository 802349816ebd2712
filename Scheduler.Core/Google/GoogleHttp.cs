namespace Scheduler.Core.Google;

/// <summary>Makes the clients of Google's APIs: to the address of the settings only, without redirects, cookies or a proxy.</summary>
internal static class GoogleHttp
{
    /// <param name="endpoint">The address of the API.</param>
    /// <param name="timeout">For one call with its answer.</param>
    /// <param name="bearer">Adds the token to each call; null sends none.</param>
    public static HttpClient Create(Uri endpoint, TimeSpan timeout, BearerHandler? bearer)
    {
        HttpMessageHandler transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            // A run's trace names its customer, and is nothing to others.
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (bearer is not null)
        {
            bearer.InnerHandler = transport;
            transport = bearer;
        }
        return new HttpClient(transport) { BaseAddress = endpoint, Timeout = timeout };
    }
}
