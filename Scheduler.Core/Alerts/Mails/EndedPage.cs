namespace Scheduler.Core.Alerts.Mails;

/// <summary>A page of runs that ended.</summary>
/// <param name="Runs">Those that somebody may want to hear of, in the order of their ends.</param>
/// <param name="Mark">The last end of the page; null where nothing has ended since.</param>
/// <param name="Size">How many ended, whoever wants to hear of them.</param>
public sealed record EndedPage(IReadOnlyList<EndedRun> Runs, RunMark? Mark, int Size);
