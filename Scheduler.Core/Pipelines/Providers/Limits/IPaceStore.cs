namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>Keeps the buckets that several workers share.</summary>
public interface IPaceStore
{
    /// <exception cref="Storage.StorageUnavailableException">The store cannot be reached.</exception>
    Task<KeptPace> FindAsync(RateKey key, CancellationToken cancellationToken);

    /// <summary>Keeps a bucket unless another has been kept since <paramref name="version"/>.</summary>
    /// <returns>Whether it was kept.</returns>
    /// <exception cref="Storage.StorageUnavailableException">The store cannot be reached; whether it was kept is not known.</exception>
    Task<bool> SaveAsync(RateKey key, TokenBucket bucket, long version, CancellationToken cancellationToken);
}
