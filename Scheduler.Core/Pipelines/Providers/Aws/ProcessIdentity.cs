using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>The SDK's own chain: environment, web identity, container, instance. Looked for at the first role only.</summary>
public sealed class ProcessIdentity : IAwsIdentity
{
    public Task<AWSCredentials> GetAsync(CancellationToken cancellationToken) =>
        new DefaultAWSCredentialsIdentityResolver().ResolveIdentityAsync(
            new AmazonSecurityTokenServiceConfig(),
            cancellationToken
        );
}
