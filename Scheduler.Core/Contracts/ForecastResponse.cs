using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>What the schedules ask for in the time to come.</summary>
public sealed record ForecastResponse
{
    /// <summary>A full minute.</summary>
    public required Instant From { get; init; }

    /// <summary>Exclusive.</summary>
    public required Instant Until { get; init; }

    /// <summary>Pipelines that are active, not paused, and of customers that can run.</summary>
    public required long Pipelines { get; init; }

    /// <summary>Runs that become due.</summary>
    public required long Runs { get; init; }

    /// <summary>The minute in which most become claimable.</summary>
    public required ForecastMinute Peak { get; init; }

    /// <summary>The same, had every herd the spread that is suggested for it.</summary>
    public required ForecastMinute PeakWithSpreads { get; init; }

    /// <summary>Minutes in which anything becomes claimable.</summary>
    public required IReadOnlyList<ForecastMinute> Minutes { get; init; }

    /// <summary>Minutes in which far more become claimable than on average, the largest first; 20 at most.</summary>
    public required IReadOnlyList<ForecastHerd> Herds { get; init; }
}
