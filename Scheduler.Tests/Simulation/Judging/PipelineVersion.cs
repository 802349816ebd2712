using NodaTime;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>A pipeline as its customer had it from an instant on; without a plan where it was switched off.</summary>
internal sealed record PipelineVersion(Instant From, PipelinePlan? Plan);
