using System.Text.Json;
using Refit;
using Scheduler.Core.Google;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>Makes the client of Cloud KMS: to the address of the settings only, without redirects, cookies or a proxy.</summary>
internal static class KmsClient
{
    private static readonly RefitSettings Json = new(
        new SystemTextJsonContentSerializer(new JsonSerializerOptions(JsonSerializerDefaults.Web))
    );

    public static IKmsApi Create(Uri endpoint, IAccessTokens tokens)
    {
        var transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        var client = new HttpClient(
            new BearerHandler(tokens, why => new CipherUnavailableException($"Cloud KMS: {why}"))
            {
                InnerHandler = transport,
            }
        )
        {
            BaseAddress = endpoint,
            // Each try has its own.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 256 * 1024,
        };
        return RestService.For<IKmsApi>(client, Json);
    }
}
