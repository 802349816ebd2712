using Scheduler.Core.Overview;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>A customer's runs.</summary>
/// <param name="State">As the API names it; null for all.</param>
/// <param name="ConfigId">Of one pipeline; null for all.</param>
/// <param name="Days">How far back.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record CustomerRunsModel(
    string CustomerId,
    string CompanyName,
    IReadOnlyList<OverviewRun> Runs,
    IReadOnlyList<PipelineConfig> Pipelines,
    string? State,
    string? ConfigId,
    int Days,
    ListOrder Order,
    string? Next
)
{
    public static readonly IReadOnlyList<int> DayChoices = [1, 7, 30, 90, 365];

    /// <summary>Runs with the names of their pipelines, as far as these are at hand.</summary>
    public static IReadOnlyList<OverviewRun> Rows(
        IReadOnlyList<Run> runs,
        IEnumerable<PipelineConfig> pipelines,
        string companyName
    )
    {
        var names = pipelines.ToDictionary(config => config.ConfigId, config => config.PipelineName);
        return
        [
            .. runs.Select(run => new OverviewRun(
                run,
                names.GetValueOrDefault(run.ConfigId) ?? "",
                companyName,
                run.ActualEndTime ?? run.UpdatedAt
            )),
        ];
    }
}
