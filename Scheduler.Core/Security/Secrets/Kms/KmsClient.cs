using System.Text.Json;
using Refit;
using Scheduler.Core.Google;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>Makes the client of Cloud KMS.</summary>
internal static class KmsClient
{
    private static readonly RefitSettings Json = new(
        new SystemTextJsonContentSerializer(new JsonSerializerOptions(JsonSerializerDefaults.Web))
    );

    public static IKmsApi Create(Uri endpoint, IAccessTokens tokens)
    {
        var bearer = new BearerHandler(tokens, why => new CipherUnavailableException($"Cloud KMS: {why}"));
        // Each try has its own limit of time.
        var client = GoogleHttp.Create(endpoint, Timeout.InfiniteTimeSpan, bearer);
        client.MaxResponseContentBufferSize = 256 * 1024;
        return RestService.For<IKmsApi>(client, Json);
    }
}
