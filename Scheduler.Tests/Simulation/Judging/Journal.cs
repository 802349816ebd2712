using Scheduler.Core.Contracts;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>What the pipelines themselves wrote down: the side effects, whatever the store says of them.</summary>
/// <param name="isMild">Whether no fault of the history ends a lease before its time.</param>
internal sealed class Journal(EventLoop loop, bool isMild, Action<string, string> broken)
{
    private readonly Dictionary<string, List<SimulatedExecution>> byRun = new(StringComparer.Ordinal);
    private readonly List<SimulatedExecution> open = [];

    /// <summary>Those of a run, in the order of their begin.</summary>
    public IReadOnlyList<ExecutionNote> Of(string runId) => byRun.TryGetValue(runId, out var all) ? all : [];

    /// <summary>The living process's executions that have not ended.</summary>
    public IEnumerable<SimulatedExecution> Open => open.Where(execution => execution.Node.IsAlive);

    public SimulatedExecution Begin(LeaseItem item, Node node)
    {
        var all = byRun.TryGetValue(item.RunId, out var known) ? known : byRun[item.RunId] = [];
        if (all.Exists(other => other.Epoch == item.LeaseEpoch))
        {
            broken("I2", $"Run {item.RunId} was executed twice under lease {item.LeaseEpoch}.");
        }
        // None of these faults ends a lease whose worker is well: its result is delivered in the end.
        if (isMild && all.Exists(other => other.Succeeded is not null))
        {
            broken("I2", $"Run {item.RunId} was executed again under lease {item.LeaseEpoch}; it had come to its end.");
        }
        if (all.Find(IsAtWork) is { } other)
        {
            broken(
                "I2",
                $"Run {item.RunId} began on {node.Name} under lease {item.LeaseEpoch} while {other.Node.Name} was at it under {other.Epoch}."
            );
        }
        var execution = new SimulatedExecution(item.RunId, item.LeaseEpoch, node, loop.Now);
        all.Add(execution);
        open.Add(execution);
        return execution;
    }

    public void End(SimulatedExecution execution)
    {
        execution.Ended = loop.Now;
        open.Remove(execution);
    }

    private static bool IsAtWork(SimulatedExecution execution) =>
        execution is { Ended: null, IsDeaf: false, Node.IsRunning: true };
}
