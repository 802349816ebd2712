using NodaTime;

namespace Scheduler.Core.Queue;

/// <summary>The facts of the leases that are still held, and the time at which they were.</summary>
public sealed record HeldLeases(Instant Now, IReadOnlyList<LeaseFacts> Facts);
