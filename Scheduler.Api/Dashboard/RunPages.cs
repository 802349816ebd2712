using System.Globalization;
using NodaTime;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Endpoints;
using Scheduler.Api.Paging;
using Scheduler.Core.Overview;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Runs of all customers, and one of them.</summary>
internal static class RunPages
{
    private const int MostSteps = 200;
    private static readonly Duration Ended = Duration.FromDays(7);

    public static void MapRunPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/runs", ListAsync);
        app.MapGet("/customers/{id}/runs/{run_id}", ShowAsync);
    }

    private static async Task<PageResult<RunsPage>> ListAsync(
        string? show,
        string? sort,
        string? cursor,
        OverviewStore overview,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        var tab = RunsModel.Tabs.Any(tab => tab.Show == show) ? show! : RunsModel.Tabs[0].Show;
        var since = await clock.ReadAsync(cancellation) - Ended;
        var page = await ListPage.ReadAsync(
            sort,
            cursor,
            tab is "failed" or "ended" ? "-moment" : "moment",
            tab is "failed" or "ended" ? ["-moment", "moment"] : ["moment"],
            ReadAsync,
            (_, row) => [row.Moment.Micros().ToString(CultureInfo.InvariantCulture), row.Run.RunId],
            RunTable.Sorted
        );
        return new(new RunsModel(tab, page.Rows, page.Order, page.Next));

        Task<IReadOnlyList<OverviewRun>> ReadAsync(string order, string? from)
        {
            var after = RunQuery.AfterOf(from);
            return tab switch
            {
                "running" => overview.RunningAsync(after, PageQuery.Standard + 1, cancellation),
                "waiting" => overview.WaitingAsync(after, PageQuery.Standard + 1, cancellation),
                _ => overview.EndedAsync(
                    new EndedFilter
                    {
                        OnlyFailed = tab == "failed",
                        OldestFirst = order == "moment",
                        Since = since,
                        After = after,
                        Limit = PageQuery.Standard + 1,
                    },
                    cancellation
                ),
            };
        }
    }

    private static async Task<IResult> ShowAsync(
        string id,
        string run_id,
        RunStore runs,
        PipelineConfigStore configs,
        CustomerStore customers,
        DatasetLook datasets,
        CancellationToken cancellation
    )
    {
        if (
            await runs.GetAsync(id, run_id, cancellation) is not { } run
            || await configs.GetAsync(id, run.ConfigId, cancellation) is not { } config
            || await customers.StandingAsync(id, cancellation) is not { } standing
        )
        {
            return new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
        }
        var facts = await runs.WaitingFactsAsync(id, run_id, cancellation);
        return new PageResult<RunPage>(
            new RunModel
            {
                Run = run,
                Pipeline = config,
                CompanyName = standing.CompanyName,
                Transitions = await runs.TransitionsAsync(run_id, cancellation),
                Attempts = await runs.AttemptsAsync(id, run_id, cancellation),
                Why = WhyNotRunning.Explain(run, facts),
                // Steps are written at the end: before that there is nothing to open the dataset for.
                Steps = run.State is RunState.Completed or RunState.Failed
                    ? await datasets.ReadAsync(
                        standing.TenantDatasetId,
                        (reader, dataset, token) =>
                            reader.ListStepsAsync(dataset, run_id, run.CreatedAt, MostSteps, token),
                        cancellation
                    )
                    : [],
            }
        );
    }
}
