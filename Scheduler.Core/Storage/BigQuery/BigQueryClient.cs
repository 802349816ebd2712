using System.Text.Json;
using System.Text.Json.Serialization;
using Refit;
using Scheduler.Core.Google;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>Makes the client of BigQuery.</summary>
internal static class BigQueryClient
{
    /// <summary>Longer than the server holds a call back for a result.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private static readonly RefitSettings Json = new(
        new SystemTextJsonContentSerializer(
            new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                // Google writes 64-bit numbers as text.
                NumberHandling = JsonNumberHandling.AllowReadingFromString,
            }
        )
    );

    /// <summary>One with this process's Google credentials, looked for at the first use.</summary>
    public static IBigQueryApi Create(Uri endpoint)
    {
        var bearer =
            endpoint.Scheme == Uri.UriSchemeHttps
                ? new BearerHandler(
                    new GoogleTokens(GoogleTokens.BigQueryScope),
                    why => new StorageUnavailableException($"BigQuery: {why}")
                )
                : null;
        return RestService.For<IBigQueryApi>(GoogleHttp.Create(endpoint, Timeout, bearer), Json);
    }
}
