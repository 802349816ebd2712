namespace Scheduler.Core.Contracts;

/// <summary>The month so far against as many days of the month before.</summary>
public sealed record UsageTrend
{
    public required string PreviousMonth { get; init; }
    public required int DaysCompared { get; init; }
    public required int Runs { get; init; }
    public required int PreviousRuns { get; init; }

    /// <summary>Null when there was nothing to compare with.</summary>
    public double? ChangePercent { get; init; }
}
