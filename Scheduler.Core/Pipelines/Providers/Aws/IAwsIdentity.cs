using Amazon.Runtime;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>This deployment's own identity at AWS, which customers' roles trust.</summary>
public interface IAwsIdentity
{
    /// <exception cref="AmazonClientException">The process has none.</exception>
    Task<AWSCredentials> GetAsync(CancellationToken cancellationToken);
}
