using System.Text.Json;
using System.Text.Json.Serialization;
using Refit;
using Scheduler.Core.Google;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>Makes the client: to the address of the settings only, without redirects, cookies or a proxy.</summary>
internal static class BigQueryClient
{
    private static readonly RefitSettings Json = new(
        new SystemTextJsonContentSerializer(
            new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                // Google writes 64-bit numbers as text.
                NumberHandling = JsonNumberHandling.AllowReadingFromString,
            }
        )
    );

    public static IBigQueryApi Create(Uri endpoint, IAccessTokens tokens)
    {
        HttpMessageHandler transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (endpoint.Scheme == Uri.UriSchemeHttps)
        {
            transport = new BearerHandler(tokens, why => new StorageUnavailableException($"BigQuery: {why}"))
            {
                InnerHandler = transport,
            };
        }
        var client = new HttpClient(transport)
        {
            BaseAddress = endpoint,
            // Longer than the server holds a call back for a result.
            Timeout = TimeSpan.FromSeconds(90),
        };
        return RestService.For<IBigQueryApi>(client, Json);
    }
}
