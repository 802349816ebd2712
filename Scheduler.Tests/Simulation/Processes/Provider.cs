using NodaTime;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>The cloud, with the keeper of the keys: what runs need and may not get for a while.</summary>
internal sealed class Provider(EventLoop loop)
{
    public Instant AwayUntil { get; set; }

    public bool IsAway => loop.Now < AwayUntil;
}
