using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>
/// The order of executions that load one day of a source: of one run the later lease wins, of several runs the one that was claimed later,
/// because it has read its source later.
/// </summary>
/// <param name="ClaimedAt">When the execution was leased, by the clock of the scheduling store.</param>
/// <param name="ScheduledTime">The run's nominal instant; with the attempt it decides between claims of one instant.</param>
/// <param name="RetryAttempt">0 for the first attempt.</param>
/// <param name="LeaseEpoch">Rises by one at every claim of the run.</param>
public sealed record LoadFence(Instant ClaimedAt, Instant ScheduledTime, int RetryAttempt, long LeaseEpoch);
