using NodaTime;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>A pipeline as it stands in the store.</summary>
internal sealed record ConfigRow(string ConfigId, string CustomerId, bool IsActive, Instant? NextRunTime);
