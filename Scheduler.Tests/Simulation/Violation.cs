using NodaTime;

namespace Scheduler.Tests.Simulation;

/// <summary>A promise that was broken.</summary>
/// <param name="Invariant">Which one, as docs/reliability.md numbers them.</param>
/// <param name="At">When it was noticed.</param>
/// <param name="What">What was seen.</param>
internal sealed record Violation(string Invariant, Instant At, string What);
