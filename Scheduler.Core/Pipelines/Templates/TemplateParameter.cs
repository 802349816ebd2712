namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A typed parameter that customers may set.</summary>
public sealed record TemplateParameter
{
    public required string Name { get; init; }
    public required ParameterKind Kind { get; init; }
    public bool Required { get; init; }

    /// <summary>Used when the customer sets nothing; null leaves the parameter unset.</summary>
    public object? Default { get; init; }

    /// <summary>Smallest and largest value of a number.</summary>
    public decimal? Min { get; init; }
    public decimal? Max { get; init; }

    /// <summary>Most characters of a text.</summary>
    public int MaxLength { get; init; } = 256;

    /// <summary>The words of an enum.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
    public string? Description { get; init; }
}
