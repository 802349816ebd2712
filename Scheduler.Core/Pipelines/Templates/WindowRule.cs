namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Which UTC days a load replaces.</summary>
public sealed record WindowRule
{
    /// <summary>True: the days that the source has. False: the run's data interval and the days looked back.</summary>
    public required bool CoversSource { get; init; }

    /// <summary>Parameter with the number of days to look back from the interval's last day.</summary>
    public string? LookbackParameter { get; init; }

    /// <summary>
    /// Until this day of a month, included, the window begins with the first day of the previous month, whose bill may still
    /// change; 0 for never.
    /// </summary>
    public int PreviousMonthUntil { get; init; }

    /// <summary>Whether the adapter is asked what its source has changed since the last load.</summary>
    public RestateRule Restate { get; init; }

    /// <summary>The window begins and ends with whole months, for sources that are replaced by the month.</summary>
    public bool WholeMonths { get; init; }

    /// <summary>False ends the window with yesterday.</summary>
    public bool IncludeToday { get; init; }

    /// <summary>Parameters with the first and last day, which win over the rest when set.</summary>
    public string? FromParameter { get; init; }
    public string? ToParameter { get; init; }
}
