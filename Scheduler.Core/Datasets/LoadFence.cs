using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>The order of loads into one window key: a later scheduled time, then a later attempt, then a later lease wins.</summary>
public sealed record LoadFence(Instant ScheduledTime, int RetryAttempt, long LeaseEpoch);
