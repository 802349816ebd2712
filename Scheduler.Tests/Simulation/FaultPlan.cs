using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation;

/// <summary>Decides by chance when a fault of the scenario hits. In the quiet phase none does.</summary>
internal sealed class FaultPlan(Scenario scenario, Chance chance, EventLoop loop, History history)
{
    private readonly Dictionary<Fault, Random> streams = Enum.GetValues<Fault>()
        .ToDictionary(fault => fault, fault => chance.Of($"fault {fault}"));

    /// <summary>Faults have stopped; what they have left behind must now heal.</summary>
    public bool IsQuiet { get; set; }

    public Random Stream(Fault fault) => streams[fault];

    public bool IsPossible(Fault fault) => !IsQuiet && scenario.Faults.Contains(fault);

    /// <summary>Whether the fault hits here; if so, it is counted.</summary>
    public bool Hits(Fault fault, double probability, string where)
    {
        if (!IsPossible(fault) || !streams[fault].Happens(probability))
        {
            return false;
        }
        history.Hit(fault, loop.Now, where);
        return true;
    }
}
