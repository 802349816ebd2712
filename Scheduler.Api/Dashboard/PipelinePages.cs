using System.Globalization;
using NodaTime;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Endpoints;
using Scheduler.Api.Paging;
using Scheduler.Core.Customers;
using Scheduler.Core.Overview;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Dashboard;

/// <summary>Pipelines of all customers, and one of them.</summary>
internal static class PipelinePages
{
    private const int NextTimes = 10;
    private const int MostRuns = 100;
    private const int MostBackfills = 3;
    private static readonly Duration History = Duration.FromDays(90);

    public static void MapPipelinePages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/pipelines", SearchAsync);
        app.MapGet("/customers/{id}/pipelines/{config_id}", ShowAsync);
    }

    private static async Task<PageResult<PipelinesPage>> SearchAsync(
        string? search,
        string? provider,
        string? state,
        string? sort,
        string? cursor,
        PipelineConfigStore configs,
        TemplateCatalog templates,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        var (text, source, standing) = (Given(search), Given(provider), Given(state));
        var fault = new PipelineQuery(text, source, standing).Read(
            new PageQuery(PageQuery.Standard + 1, null),
            out var filter
        );
        var page = fault is null
            ? await ListPage.ReadAsync(
                sort,
                Given(cursor),
                "customer",
                ["customer", "next"],
                (order, from) =>
                    configs.SearchAsync(
                        order == "next"
                            ? filter with
                            {
                                AfterNext = RunQuery.AfterOf(from) ?? (Microseconds.First, ""),
                            }
                            : filter with
                            {
                                After = from is null ? null : PageCursor.Read(from, 5),
                            },
                        clock.ForScript,
                        cancellation
                    ),
                (order, row) =>
                    order == "next"
                        ?
                        [
                            row.Config.NextRunTime!.Value.Micros().ToString(CultureInfo.InvariantCulture),
                            row.Config.ConfigId,
                        ]
                        : row.Place,
                PipelineTable.Sorted
            )
            : new ListPage<FoundPipeline>([], new ListOrder(null, []), null);
        return new(
            new PipelinesModel(
                page.Rows,
                text,
                source,
                standing,
                [.. templates.All.Select(template => template.Provider).Distinct().Order(StringComparer.Ordinal)],
                page.Order,
                page.Next,
                fault?.Detail
            )
        );
    }

    /// <summary>A form sends a field that was left empty as an empty text.</summary>
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static async Task<IResult> ShowAsync(
        string id,
        string config_id,
        PipelineConfigStore configs,
        RunStore runs,
        CustomerStore customers,
        BackfillStore stored,
        Backfills backfills,
        CancellationToken cancellation
    )
    {
        if (
            await configs.GetAsync(id, config_id, cancellation) is not { } config
            || await customers.StandingAsync(id, cancellation) is not { } standing
        )
        {
            return new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
        }
        var newest = await runs.ListOfPipelineAsync(
            id,
            config_id,
            standing.Now - History,
            after: null,
            oldestFirst: false,
            MostRuns,
            cancellation
        );
        var latest = new List<(Backfill, BackfillProgress)>();
        foreach (var backfill in await stored.ListAsync(id, config_id, null, MostBackfills, cancellation))
        {
            if (await backfills.FindAsync(id, backfill.BackfillId, cancellation) is { } found)
            {
                latest.Add(found);
            }
        }
        return new PageResult<PipelinePage>(
            Compose(config, standing.CompanyName, newest, standing.Now) with
            {
                Backfills = latest,
                Outlook = await OutlookAsync(config, standing, newest, runs, customers, cancellation),
            }
        );
    }

    private static async Task<PipelineOutlook?> OutlookAsync(
        PipelineConfig config,
        CustomerStanding standing,
        IReadOnlyList<Run> newest,
        RunStore runs,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        var period = UsagePeriod.Of(standing.Timezone, standing.Now);
        var facts = await customers.ReadinessAsync(
            config.CustomerId,
            period.Month,
            period.Today,
            standing.Now,
            cancellation
        );
        if (facts is null)
        {
            return null;
        }
        var open = newest.LastOrDefault(run => !RunTransitions.IsFinal(run.State));
        return PipelineOutlook.Of(
            config,
            facts,
            open is null
                ? null
                : (
                    open,
                    WhyNotRunning.Explain(
                        open,
                        await runs.WaitingFactsAsync(config.CustomerId, open.RunId, cancellation)
                    )
                ),
            standing.Now,
            period.DayEnd,
            period.MonthEnd
        );
    }

    /// <summary>What both the operators' page and the customer's own show of a pipeline.</summary>
    public static PipelineModel Compose(PipelineConfig config, string companyName, IReadOnlyList<Run> runs, Instant now)
    {
        var schedule = Schedule.Create(config.ScheduleCron, config.Timezone, config.DstPolicy)
            is ScheduleResult.Valid(var valid)
            ? valid
            : null;
        return new PipelineModel
        {
            Config = config,
            CompanyName = companyName,
            State = PipelineMark.StateOf(config, now),
            Next = schedule is null ? [] : OccurrenceCalculator.Preview(schedule, now, NextTimes),
            Runs = runs,
            Coverage =
                schedule is not null && OccurrenceCalculator.Previous(schedule, now) is { } due
                    ? IntervalCoverage.Of(runs, due)
                    : null,
        };
    }
}
