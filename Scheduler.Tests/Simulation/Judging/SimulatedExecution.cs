using NodaTime;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>An execution by a process of the simulation.</summary>
internal sealed class SimulatedExecution(string runId, long epoch, Node node, Instant began)
    : ExecutionNote(runId, epoch, began)
{
    public Node Node => node;
}
