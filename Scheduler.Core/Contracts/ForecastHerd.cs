using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Many runs in one minute, and who they are.</summary>
public sealed record ForecastHerd
{
    /// <summary>The beginning of the minute.</summary>
    public required Instant At { get; init; }
    public required double Runs { get; init; }

    /// <summary>The schedules that bring most of them, the largest first; 5 at most.</summary>
    public required IReadOnlyList<ForecastSchedule> Schedules { get; init; }
}
