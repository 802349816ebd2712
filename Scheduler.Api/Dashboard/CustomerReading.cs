using NodaTime;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Paging;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Dashboard;

/// <summary>What is read for a customer's page, the operators' and its own.</summary>
internal sealed class CustomerReading(
    CustomerStore customers,
    UsageReading usage,
    PipelineConfigStore configs,
    RunStore runs,
    DatasetLook datasets
)
{
    private const int NewestRuns = 10;
    private const int CostDays = 30;
    private const int MostCosts = 5_000;

    /// <summary>Null when there is no such customer.</summary>
    public async Task<CustomerModel?> ReadAsync(string id, string? sort, string? cursor, CancellationToken cancellation)
    {
        if (
            await customers.StandingAsync(id, cancellation) is not { } standing
            || await usage.ReadAsync(id, null, cancellation) is not { } used
        )
        {
            return null;
        }
        var after = cursor is null ? null : PageCursor.Read(cursor, 1)?[0];
        var rows = await configs.ListAsync(id, null, after, PageQuery.Standard + 1, cancellation);
        var newest = await runs.ListAsync(
            id,
            new RunFilter { From = standing.Now - Duration.FromDays(CostDays), Limit = NewestRuns },
            cancellation
        );
        var today = standing.Now.InUtc().Date;
        return new CustomerModel
        {
            Standing = standing,
            Usage = used,
            Pipelines = PipelineTable.Sorted(
                [
                    .. rows.Take(PageQuery.Standard)
                        .Select(config => new FoundPipeline(
                            config,
                            standing.CompanyName,
                            PipelineMark.StateOf(config, standing.Now)
                        )),
                ],
                sort
            ),
            Next = rows.Count > PageQuery.Standard ? PageCursor.Write([rows[PageQuery.Standard - 1].ConfigId]) : null,
            Sort = sort,
            Runs = newest,
            Costs = await datasets.ReadAsync(
                standing.TenantDatasetId,
                (reader, dataset, token) =>
                    reader.CostByDayAsync(dataset, today.PlusDays(1 - CostDays), today, MostCosts, token),
                cancellation
            ),
        };
    }
}
