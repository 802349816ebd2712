using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>One occurrence that a backfill would run.</summary>
public sealed record BackfillOccurrenceResponse
{
    public required Instant ScheduledTime { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }
}
