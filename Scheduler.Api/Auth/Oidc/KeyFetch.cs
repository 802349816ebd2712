using System.Text;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Auth.Oidc;

/// <summary>Fetches the issuer's key set, within bounds of time and size, from the one address that is set.</summary>
internal sealed class KeyFetch : IDisposable
{
    private const int MostBytes = 256 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly HttpClient client;
    private readonly Uri address;

    public KeyFetch(OidcOptions options)
    {
        address = options.KeysUrl;
        client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = !address.IsLoopback,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            }
        )
        {
            Timeout = Longest,
            MaxResponseContentBufferSize = MostBytes,
        };
    }

    /// <exception cref="HttpRequestException">No answer, another status than 200, or too many bytes.</exception>
    public async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(address, cancellationToken);
        response.EnsureSuccessStatusCode();
        return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    public void Dispose() => client.Dispose();
}
