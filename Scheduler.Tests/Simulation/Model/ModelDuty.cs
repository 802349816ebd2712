using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Who leads a duty, for how long and in which term.</summary>
internal sealed class ModelDuty
{
    public required string Holder { get; set; }
    public required long Term { get; set; }
    public required Instant ExpiresAt { get; set; }
}
