using System.Net;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using ErrorType = Scheduler.Core.Retry.ErrorType;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>Turns a customer's credential into keys that sign: its role is assumed with its external id.</summary>
internal sealed partial class AwsLogin(ProviderHttp http, IAwsIdentity identity, TimeProvider timeProvider)
{
    private const int SessionSeconds = 3600;
    private const int LongestName = 64;

    /// <exception cref="PipelineException">The role cannot be assumed.</exception>
    public async Task<AWSCredentials> OpenAsync(ExtractRequest request, CancellationToken cancellationToken) =>
        AwsSecret.Parse(request.Credential) switch
        {
            AwsSecret.Role role => await AssumeAsync(role, request, cancellationToken),
            AwsSecret.KeyPair { SessionToken: { Length: > 0 } token } pair => new SessionAWSCredentials(
                pair.AccessKeyId,
                pair.SecretAccessKey,
                token
            ),
            AwsSecret.KeyPair pair => new BasicAWSCredentials(pair.AccessKeyId, pair.SecretAccessKey),
            _ => throw new InvalidOperationException("Not a form."),
        };

    private async Task<AWSCredentials> AssumeAsync(
        AwsSecret.Role role,
        ExtractRequest request,
        CancellationToken cancellationToken
    )
    {
        using var patience = new CancellationTokenSource(request.CallTimeout.ToTimeSpan(), timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var sts = new AmazonSecurityTokenServiceClient(
                await identity.GetAsync(either.Token),
                new AmazonSecurityTokenServiceConfig
                {
                    ServiceURL = http.Options.AwsSts.Address.ToString(),
                    AuthenticationRegion = http.Options.AwsRegion,
                    // Tries and waits are counted in one place, and that is not here.
                    MaxErrorRetry = 0,
                    Timeout = request.CallTimeout.ToTimeSpan(),
                    HttpClientFactory = new GuardedFactory(http),
                }
            );
            var answer = await sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = role.Arn,
                    ExternalId = role.ExternalId,
                    RoleSessionName = SessionName(request.CustomerId),
                    DurationSeconds = SessionSeconds,
                },
                either.Token
            );
            return answer.Credentials;
        }
        catch (OperationCanceledException)
            when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PipelineException(
                ErrorType.Timeout,
                $"AWS STS took longer than {request.CallTimeout.TotalSeconds:0} s."
            );
        }
        catch (AmazonServiceException exception)
        {
            var type = AwsErrors.TypeOf(exception.ErrorCode) ?? Unknown(exception.StatusCode);
            throw new PipelineException(type, $"AWS STS answered {(int)exception.StatusCode} to the customer's role.");
        }
        catch (AmazonClientException)
        {
            throw new PipelineException(
                ErrorType.ServiceUnavailable,
                "This process has no AWS identity that could assume the customer's role, or STS cannot be reached."
            );
        }
    }

    private static ErrorType Unknown(HttpStatusCode status) =>
        status == 0 ? ErrorType.TransientNetwork : ErrorClassifier.FromStatus(status);

    private static string SessionName(string customerId)
    {
        var name = $"scheduler-{NotAllowed().Replace(customerId, "-")}";
        return name.Length <= LongestName ? name : name[..LongestName];
    }

    [GeneratedRegex("[^A-Za-z0-9_=,.@-]")]
    private static partial Regex NotAllowed();

    private sealed class GuardedFactory(ProviderHttp http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(http.ForLibrary(http.Options.AwsSts)) { Timeout = Timeout.InfiniteTimeSpan };

        // One client a run, ended with it.
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => true;
    }
}
