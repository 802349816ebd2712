using Scheduler.Core.Runs;

namespace Scheduler.Core.Scheduling;

/// <summary>What writing one batch did.</summary>
/// <param name="Won">Pipelines this batch advanced.</param>
/// <param name="Lost">Pipelines that somebody else had advanced first.</param>
/// <param name="Refused">Why a run that was asked for was not created; null where none was refused.</param>
public sealed record BatchOutcome(
    int Won,
    int Lost,
    int Queued,
    IReadOnlyDictionary<string, int> SkippedByReason,
    SkipReason? Refused
);
