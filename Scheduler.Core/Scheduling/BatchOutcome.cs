namespace Scheduler.Core.Scheduling;

/// <summary>What writing one batch did.</summary>
/// <param name="Won">Pipelines this batch advanced.</param>
/// <param name="Lost">Pipelines that somebody else had advanced first.</param>
public sealed record BatchOutcome(int Won, int Lost, int Queued, IReadOnlyDictionary<string, int> SkippedByReason);
