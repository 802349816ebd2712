using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Datasets;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>One customer.</summary>
public sealed record CustomerModel
{
    public required CustomerStanding Standing { get; init; }
    public required UsageResponse Usage { get; init; }

    /// <summary>A page of them.</summary>
    public required IReadOnlyList<FoundPipeline> Pipelines { get; init; }

    /// <summary>The cursor of the next page of pipelines.</summary>
    public required string? Next { get; init; }
    public required ListOrder Order { get; init; }

    /// <summary>What its schedules ask for in the next 24 hours.</summary>
    public required ForecastResponse Forecast { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<Run> Runs { get; init; }

    /// <summary>Of the last 30 days; null while the dataset cannot be read.</summary>
    public required IReadOnlyList<DailyCost>? Costs { get; init; }
}
