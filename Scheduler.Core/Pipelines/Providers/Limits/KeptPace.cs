using NodaTime;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>A shared bucket as it was found.</summary>
/// <param name="Bucket">Full where nobody has called yet.</param>
/// <param name="Version">What it is to be replaced under; 0 where nobody has called yet.</param>
/// <param name="Now">The time of the answer, by the clock of whoever keeps it.</param>
public readonly record struct KeptPace(TokenBucket Bucket, long Version, Instant Now);
