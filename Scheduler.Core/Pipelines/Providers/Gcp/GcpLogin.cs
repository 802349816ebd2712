using System.Net;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>
/// Tokens of a customer's service account. The assertion goes to the address of this deployment's settings: what the key file
/// names as <c>token_uri</c> is the customer's text and is not read.
/// </summary>
internal sealed class GcpLogin : IDisposable
{
    public const string BigQuery = "https://www.googleapis.com/auth/bigquery";
    public const string CloudPlatform = "https://www.googleapis.com/auth/cloud-platform";
    public const string ReadStorage = "https://www.googleapis.com/auth/devstorage.read_only";

    private readonly ServiceAccountCredential credential;

    /// <param name="scope">What the tokens are for, and nothing else.</param>
    /// <exception cref="PipelineException">The secret is no service account's key.</exception>
    public GcpLogin(ProviderHttp http, ReadOnlyMemory<byte> secret, string scope)
    {
        try
        {
            using var json = JsonDocument.Parse(secret);
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            var key = json.RootElement.TryGetProperty("private_key_id", out var id) ? id.GetString() : null;
            credential = new ServiceAccountCredential(
                new ServiceAccountCredential.Initializer(
                    Text("client_email"),
                    http.Options.GcpToken.At("token").ToString()
                )
                {
                    Scopes = [scope],
                    KeyId = key,
                    HttpClientFactory = new GuardedFactory(http),
                    // Tries and waits are counted in one place, and that is not here.
                    DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
                }.FromPrivateKey(Text("private_key"))
            );
        }
        catch (Exception exception)
            when (exception
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or ArgumentException
                        or FormatException
                        or System.Security.Cryptography.CryptographicException
            )
        {
            throw new PipelineException(
                ErrorType.InvalidConfiguration,
                "The credential must be a service account's key with client_email and a private_key that can be read."
            );
        }
    }

    /// <summary>A token, kept by the library until it runs out.</summary>
    /// <exception cref="PipelineException">There is none.</exception>
    public async ValueTask<string> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await credential.GetAccessTokenForRequestAsync(cancellationToken: cancellationToken);
        }
        catch (TokenResponseException exception)
        {
            var status = exception.StatusCode ?? HttpStatusCode.BadRequest;
            // 400 with invalid_grant or invalid_client: the account or its key is gone.
            var type = status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? ErrorType.AuthenticationFailed
                : ErrorClassifier.FromStatus(status);
            throw new PipelineException(
                type,
                $"Google's token endpoint answered {(int)status} to the customer's service account."
            );
        }
    }

    public void Dispose() => credential.HttpClient.Dispose();

    private sealed class GuardedFactory(ProviderHttp http) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) =>
            http.ForLibrary(http.Options.GcpToken);
    }
}
