namespace Scheduler.Core.Overview;

/// <summary>Which customers are looked for.</summary>
public sealed record CustomerFilter
{
    /// <summary>A part of the id or the company's name, in any case; null for all.</summary>
    public string? Search { get; init; }

    /// <summary>As stored: ACTIVE, TRIAL, SUSPENDED, CANCELLED.</summary>
    public string? Status { get; init; }

    /// <summary>STARTER, PROFESSIONAL, SCALE or ENTERPRISE.</summary>
    public string? Plan { get; init; }

    /// <summary>From the last id on; otherwise from the first.</summary>
    public bool Backwards { get; init; }

    /// <summary>The last customer of the page before; null for the first page.</summary>
    public string? After { get; init; }
    public required int Limit { get; init; }
}
