using NodaTime;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>The pause that one pipeline of a bulk is to have.</summary>
/// <param name="Nth">Which item.</param>
/// <param name="Until">Its end; now to end it.</param>
/// <param name="ExpectedUntil">Only where it ends then by now; null for whatever it is.</param>
/// <param name="AuditId">Of the row in its customer's trail.</param>
public sealed record BulkPause(
    long Nth,
    Instant Until,
    Instant? ExpectedUntil,
    string? PausedBy,
    string? Reason,
    string AuditId
);
