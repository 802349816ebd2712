using NodaTime;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>A queue item as it stands in the store.</summary>
internal sealed record ItemRow(
    string RunId,
    string CustomerId,
    string State,
    long Priority,
    Instant VisibleAt,
    long LeaseEpoch,
    Instant? LeaseExpiresAt,
    Instant? CompletedAt
);
