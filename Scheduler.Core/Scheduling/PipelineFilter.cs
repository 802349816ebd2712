using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>Which pipelines are looked for, over all customers.</summary>
public sealed record PipelineFilter
{
    /// <summary>A part of the customer's id or company, the template or the name, in any case; null for all.</summary>
    public string? Search { get; init; }
    public string? Provider { get; init; }
    public PipelineState? State { get; init; }

    /// <summary>Customer, provider, domain, template and name of the last one before; null for the first page.</summary>
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>
    /// Null for the order of <see cref="FoundPipeline.Place"/>; otherwise the active ones, the first to become due first, from here on.
    /// <see cref="After"/> is left aside then.
    /// </summary>
    public (Instant NextRunTime, string ConfigId)? AfterNext { get; init; }
    public required int Limit { get; init; }
}
