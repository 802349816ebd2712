using NodaTime;

namespace Scheduler.Core.Overview;

/// <summary>What one worker holds now.</summary>
/// <param name="Runs">Its leases.</param>
/// <param name="Customers">Of how many customers.</param>
/// <param name="Oldest">Since when it has the oldest of them.</param>
/// <param name="FirstExpiry">When the first one ends unless the worker is heard of.</param>
public sealed record WorkerFigures(string WorkerId, long Runs, long Customers, Instant? Oldest, Instant? FirstExpiry);
