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
    ScheduleStore schedules,
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
        var page = await ListPage.ReadAsync(
            sort,
            cursor,
            "",
            [],
            ReadAsync,
            (_, found) => [found.Config.ConfigId],
            PipelineTable.Sorted
        );
        var newest = await runs.ListAsync(
            id,
            new RunFilter { From = standing.Now - Duration.FromDays(CostDays), Limit = NewestRuns },
            cancellation
        );
        var groups = await schedules.ListSchedulesAsync(id, standing.Now, cancellation);
        var today = standing.Now.InUtc().Date;
        return new CustomerModel
        {
            Standing = standing,
            Usage = used,
            Pipelines = page.Rows,
            Next = page.Next,
            Order = page.Order,
            Forecast = Core.Scheduling.Forecasts.Forecast.Of(groups, standing.Now, cancellation),
            Runs = newest,
            Costs = await datasets.ReadAsync(
                standing.TenantDatasetId,
                (reader, dataset, token) =>
                    reader.CostByDayAsync(dataset, today.PlusDays(1 - CostDays), today, MostCosts, token),
                cancellation
            ),
        };

        async Task<IReadOnlyList<FoundPipeline>> ReadAsync(string order, string? from)
        {
            var after = from is null ? null : PageCursor.Read(from, 1)?[0];
            var rows = await configs.ListAsync(id, null, after, PageQuery.Standard + 1, cancellation);
            return
            [
                .. rows.Select(config => new FoundPipeline(
                    config,
                    standing.CompanyName,
                    PipelineMark.StateOf(config, standing.Now)
                )),
            ];
        }
    }
}
