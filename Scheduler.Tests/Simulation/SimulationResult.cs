namespace Scheduler.Tests.Simulation;

/// <summary>How a history ended.</summary>
/// <param name="Violation">The first promise broken; null where all were kept.</param>
/// <param name="Steps">Callbacks run.</param>
/// <param name="Scripts">Scripts run by the store.</param>
internal sealed record SimulationResult(
    Scenario Scenario,
    Violation? Violation,
    History History,
    int Runs,
    long Steps,
    long Scripts
);
