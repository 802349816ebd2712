using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A customer's place in the fair round.</summary>
internal sealed class ModelShare
{
    /// <summary>How many items it was given, as the round counts: the lowest is served first.</summary>
    public long Turn { get; set; }

    /// <summary>Whether it takes part in the round now.</summary>
    public bool IsReady { get; set; }

    /// <summary>When it comes (back) into the round.</summary>
    public required Instant ReadyAt { get; set; }
}
