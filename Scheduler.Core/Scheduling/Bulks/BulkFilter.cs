namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>Which pipelines a bulk is about: all that are given hold.</summary>
public sealed record BulkFilter
{
    /// <summary>A part of the customer's id or company, the template or the name, in any case.</summary>
    public string? Search { get; init; }

    /// <summary>One customer's.</summary>
    public string? CustomerId { get; init; }

    /// <summary>In upper case: AWS.</summary>
    public string? Provider { get; init; }
    public PipelineState? State { get; init; }
}
