namespace Scheduler.Core.Contracts;

/// <summary>Pipelines that share a schedule.</summary>
public sealed record ForecastSchedule
{
    public required string ScheduleCron { get; init; }
    public required string Timezone { get; init; }

    /// <summary>How many have it.</summary>
    public required long Pipelines { get; init; }
    public required int SpreadSeconds { get; init; }

    /// <summary>The spread_seconds that would bring the minute near the average; the present one where no other helps.</summary>
    public required int SuggestedSpreadSeconds { get; init; }
}
