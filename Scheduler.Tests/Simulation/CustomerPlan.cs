namespace Scheduler.Tests.Simulation;

/// <summary>A customer of a scenario.</summary>
internal sealed record CustomerPlan(string Id, string Plan, string Zone, IReadOnlyList<PipelinePlan> Pipelines);
