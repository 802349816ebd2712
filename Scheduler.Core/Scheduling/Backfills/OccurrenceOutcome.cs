using NodaTime;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>What has become of one occurrence, all its runs taken together.</summary>
/// <param name="HasCompleted">One of them did.</param>
/// <param name="HasFailed">One of them did, for good or not.</param>
/// <param name="IsOpen">One of them is not over.</param>
public sealed record OccurrenceOutcome(Instant ScheduledTime, bool HasCompleted, bool HasFailed, bool IsOpen);
