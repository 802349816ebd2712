using System.Globalization;
using NodaTime;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
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
        IReadOnlyList<OverviewRun> rows;
        string? next = null;
        switch (tab)
        {
            case "running":
                rows = await overview.RunningAsync(PageQuery.Most, cancellation);
                break;
            case "waiting":
                rows = await overview.WaitingAsync(PageQuery.Most, cancellation);
                break;
            default:
                var filter = new EndedFilter
                {
                    OnlyFailed = tab == "failed",
                    Since = await clock.ReadAsync(cancellation) - Ended,
                    After = After(cursor),
                    Limit = PageQuery.Standard + 1,
                };
                rows = await overview.EndedAsync(filter, cancellation);
                if (rows.Count > PageQuery.Standard)
                {
                    rows = [.. rows.Take(PageQuery.Standard)];
                    next = PageCursor.Write([
                        rows[^1].Moment.Micros().ToString(CultureInfo.InvariantCulture),
                        rows[^1].Run.RunId,
                    ]);
                }
                break;
        }
        return new(new RunsModel(tab, RunTable.Sorted(rows, sort), sort, next));
    }

    /// <summary>A cursor that this list did not write begins at the top.</summary>
    private static (Instant, string)? After(string? cursor) =>
        cursor is not null
        && PageCursor.Read(cursor, 2) is [var time, var id]
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
        && micros <= Microseconds.Never.Micros()
            ? (Microseconds.FromMicroseconds(micros), id)
            : null;

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
