namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>How many occurrences of a backfill have come to what.</summary>
/// <param name="Begun">Those that have a run of it.</param>
/// <param name="Completed">Those whose run has completed.</param>
/// <param name="Failed">Those that failed for good.</param>
/// <param name="Open">Those that wait, run, or are tried again.</param>
public sealed record BackfillProgress(long Begun, long Completed, long Failed, long Open);
