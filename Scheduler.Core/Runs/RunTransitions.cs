using System.Collections.Frozen;

namespace Scheduler.Core.Runs;

/// <summary>
/// The one table of legal moves. The scripts under <c>sql/</c> repeat each as a condition of the write, so that the store itself
/// refuses every other one; tests compare the two and the table in docs/run-lifecycle.md.
/// </summary>
public static class RunTransitions
{
    private static readonly FrozenDictionary<RunState, FrozenSet<RunState>> Moves = new Dictionary<RunState, RunState[]>
    {
        [RunState.Scheduled] = [RunState.Pending, RunState.Skipped],
        [RunState.Pending] = [RunState.Running, RunState.Failed, RunState.Skipped],
        [RunState.Running] = [RunState.Completed, RunState.Failed, RunState.Pending],
        [RunState.Completed] = [],
        [RunState.Failed] = [],
        [RunState.Skipped] = [],
    }.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToFrozenSet());

    /// <summary>States in which a run may come into being: queued at once, waiting for its retry time, or skipped on the spot.</summary>
    public static FrozenSet<RunState> Births { get; } =
        FrozenSet.Create(RunState.Pending, RunState.Scheduled, RunState.Skipped);

    public static bool IsAllowed(RunState from, RunState to) => Moves[from].Contains(to);

    /// <summary>Where a run can go from here; empty for a final state.</summary>
    public static FrozenSet<RunState> From(RunState state) => Moves[state];

    public static bool IsFinal(RunState state) => Moves[state].Count == 0;
}
