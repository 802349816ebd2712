using Scheduler.Core.Runs;

namespace Scheduler.Core.Queue;

/// <summary>A run that is to end without having started, and why.</summary>
public sealed record WaitingRun(string RunId, SkipReason Reason, string? Note = null);
