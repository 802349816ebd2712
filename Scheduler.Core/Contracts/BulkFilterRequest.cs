using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Contracts;

/// <summary>Which pipelines a bulk is about: all that are given hold.</summary>
public sealed record BulkFilterRequest
{
    /// <summary>A part of the customer's id or company, the template or the name, in any case. 1 to 200 characters.</summary>
    [Text(1, 200)]
    public string? Search { get; init; }

    /// <summary>One customer's.</summary>
    [Text(3, 50)]
    public string? CustomerId { get; init; }

    /// <summary>In upper case: AWS.</summary>
    [Text(1, 50)]
    public string? Provider { get; init; }

    /// <summary>off, paused, failing or active.</summary>
    public PipelineState? State { get; init; }
}
