using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>A run as it stands in the store.</summary>
internal sealed record RunRow(
    string RunId,
    string ConfigId,
    string CustomerId,
    Instant ScheduledTime,
    Instant IntervalStart,
    Instant IntervalEnd,
    RunState State,
    SkipReason? Reason,
    ErrorType? ErrorType,
    int RetryAttempt,
    string? ParentRunId,
    string Lane,
    Instant CreatedAt,
    Instant? EndedAt,
    string? UsageId
);
