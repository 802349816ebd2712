namespace Scheduler.Core.Pipelines.Templates;

/// <summary>How one column of <c>cost_daily</c> is made. Applied in this order: from or const, map, default, as, scale.</summary>
public sealed record ColumnRule
{
    public required string Target { get; init; }

    /// <summary>The source's column; null only with <see cref="Const"/>.</summary>
    public string? From { get; init; }
    public string? Const { get; init; }

    /// <summary>Exact source words to the words wanted. A word that is not listed becomes the default, or fails without one.</summary>
    public IReadOnlyDictionary<string, string>? Map { get; init; }

    /// <summary>Stands in for a missing or null value.</summary>
    public string? Default { get; init; }
    public Conversion As { get; init; }

    /// <summary>A number is multiplied by it.</summary>
    public decimal? Scale { get; init; }
}
