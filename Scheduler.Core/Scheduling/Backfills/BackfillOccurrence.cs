using NodaTime;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>One occurrence of a backfill's range.</summary>
/// <param name="IntervalStart">Its data begins where the occurrence before it was due.</param>
public sealed record BackfillOccurrence(Instant ScheduledTime, Instant IntervalStart);
