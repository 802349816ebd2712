using NodaTime;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Simulation;

/// <summary>A pipeline of a scenario.</summary>
internal sealed record PipelinePlan
{
    public required string Name { get; init; }
    public required string Cron { get; init; }
    public required string Zone { get; init; }
    public required DstPolicy Dst { get; init; }
    public required MisfirePolicy Misfire { get; init; }
    public required OverlapPolicy Overlap { get; init; }
    public required Duration Spread { get; init; }
    public required int Priority { get; init; }

    /// <summary>How long a run works.</summary>
    public required Duration Takes { get; init; }
    public required int MaxRetries { get; init; }

    /// <summary>What its first <see cref="FailAttempts"/> attempts fail with; null where they succeed.</summary>
    public required string? FailWith { get; init; }
    public required int FailAttempts { get; init; }

    /// <summary>The wait before the first retry, of which the jitter may take half, and the factor by which it grows.</summary>
    public (Duration Base, double Multiplier) Backoff { get; init; } = (Duration.FromMinutes(1), 2);

    /// <summary>The shortest wait after the attempt of this number, from 0 on, has failed.</summary>
    public Duration LeastWait(int attempt) => Backoff.Base * (Math.Pow(Backoff.Multiplier, attempt) / 2);
}
