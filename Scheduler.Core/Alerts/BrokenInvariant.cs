namespace Scheduler.Core.Alerts;

/// <summary>Where an invariant does not hold.</summary>
/// <param name="Invariant">Which one.</param>
/// <param name="Id">Of the pipeline or the queue item.</param>
public sealed record BrokenInvariant(Invariant Invariant, string Id);
