using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Identity.Client;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>Tokens of a customer's application, from the authority of this deployment's settings.</summary>
internal sealed class AzureLogin : IDisposable
{
    // A scope names the resource, not where it answers here: a private endpoint takes the same tokens.
    public const string Management = "https://management.azure.com/.default";
    public const string Storage = "https://storage.azure.com/.default";

    private readonly HttpClient client;
    private readonly ClientSecretCredential credential;
    private readonly TokenRequestContext context;

    /// <param name="scope">What the tokens are for.</param>
    /// <exception cref="PipelineException">The tenant id is none.</exception>
    public AzureLogin(ProviderHttp http, AzureSecret secret, string scope)
    {
        var authority = http.Options.AzureAuthority;
        client = new HttpClient(new LoopbackHandler(authority, http.ForLibrary(authority)))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        context = new TokenRequestContext([scope]);
        try
        {
            credential = new ClientSecretCredential(
                secret.TenantId,
                secret.ClientId,
                secret.ClientSecret,
                new ClientSecretCredentialOptions
                {
                    AuthorityHost = LoopbackHandler.Secure(authority.Address),
                    // It would ask another host which hosts to trust.
                    DisableInstanceDiscovery = true,
                    Transport = new HttpClientTransport(client),
                    Retry = { MaxRetries = 0 },
                }
            );
        }
        catch (ArgumentException)
        {
            throw new PipelineException(
                ErrorType.InvalidConfiguration,
                "The credential's tenant_id, client_id or client_secret is not one."
            );
        }
    }

    /// <summary>A token, kept by the library until it runs out.</summary>
    /// <exception cref="PipelineException">There is none.</exception>
    public async ValueTask<string> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await credential.GetTokenAsync(context, cancellationToken)).Token;
        }
        catch (AuthenticationFailedException exception)
        {
            throw Failure(exception);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>By status: the library's own messages quote what it was answered.</summary>
    private static PipelineException Failure(Exception exception)
    {
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is MsalServiceException { StatusCode: > 0 and var status })
            {
                // A secret that is wrong or expired is answered with 400 or 401.
                var type = status is 400 or 401 or 403
                    ? ErrorType.AuthenticationFailed
                    : ErrorClassifier.FromStatus((System.Net.HttpStatusCode)status);
                return new PipelineException(
                    type,
                    $"Microsoft Entra ID answered {status} to the customer's application."
                );
            }
        }
        return new PipelineException(
            ErrorType.TransientNetwork,
            "Microsoft Entra ID could not be reached, or gave an answer that is none."
        );
    }
}
