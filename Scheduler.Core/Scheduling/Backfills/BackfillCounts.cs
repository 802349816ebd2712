namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>What there is to do for all backfills.</summary>
/// <param name="Running">They are to go on.</param>
/// <param name="Going">Those of them that wait for nothing.</param>
/// <param name="Open">Runs of those that are to go on that are not over.</param>
/// <param name="Cancelled">They were cancelled lately.</param>
public sealed record BackfillCounts(int Running, int Going, int Open, int Cancelled);
