using NodaTime;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Endpoints;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Overview;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Customers, one of them, and its runs.</summary>
internal static class CustomerPages
{
    private const int DefaultDays = 30;

    public static void MapCustomerPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/customers", ListAsync);
        app.MapGet("/customers/{id}", ShowAsync);
        app.MapGet("/customers/{id}/runs", RunsAsync);
    }

    private static async Task<PageResult<CustomersPage>> ListAsync(
        string? search,
        string? status,
        string? plan,
        string? sort,
        string? cursor,
        OverviewStore overview,
        CancellationToken cancellation
    )
    {
        var filter = new CustomerFilter
        {
            Search = string.IsNullOrWhiteSpace(search) ? null : search.Trim(),
            Status = Wire.TryParse(status, out CustomerStatus known) ? Wire.Name(known) : null,
            Plan = Wire.TryParse(plan, out SubscriptionPlan bought) ? Wire.Name(bought) : null,
            Limit = PageQuery.Standard + 1,
        };
        var page = await ListPage.ReadAsync(
            sort,
            cursor,
            "id",
            ["id", "-id"],
            (order, from) =>
                overview.CustomersAsync(
                    filter with
                    {
                        Backwards = order == "-id",
                        After = from is null ? null : PageCursor.Read(from, 1)?[0],
                    },
                    cancellation
                ),
            (_, row) => [row.CustomerId],
            CustomersPage.Sorted
        );
        return new(new CustomersModel(page.Rows, filter.Search, filter.Status, filter.Plan, page.Order, page.Next));
    }

    private static async Task<IResult> ShowAsync(
        string id,
        string? sort,
        string? cursor,
        CustomerReading reading,
        CancellationToken cancellation
    ) =>
        await reading.ReadAsync(id, sort, cursor, cancellation) is { } model
            ? new PageResult<CustomerPage>(model)
            : new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);

    private static async Task<IResult> RunsAsync(
        string id,
        string? state,
        string? config_id,
        string? days,
        string? sort,
        string? cursor,
        RunStore runs,
        PipelineConfigStore configs,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        if (await customers.StandingAsync(id, cancellation) is not { } standing)
        {
            return new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
        }
        var back =
            int.TryParse(days, out var asked) && CustomerRunsModel.DayChoices.Contains(asked) ? asked : DefaultDays;
        var since = standing.Now - Duration.FromDays(back);
        var pipeline = string.IsNullOrEmpty(config_id) ? null : config_id;
        var known = Wire.TryParse(state, out RunState parsed) ? parsed : (RunState?)null;
        var page = await ListPage.ReadAsync(
            sort,
            cursor,
            "-due",
            ["-due", "due"],
            ReadAsync,
            (_, row) => RunQuery.CursorOf(row),
            (rows, _) => rows
        );
        var pipelines = await configs.ListAsync(id, null, null, PageQuery.Most, cancellation);
        return new PageResult<CustomerRunsPage>(
            new CustomerRunsModel(
                id,
                standing.CompanyName,
                Sorted(CustomerRunsModel.Rows(page.Rows, pipelines, standing.CompanyName)),
                pipelines,
                known is { } one ? Wire.Name(one) : null,
                pipeline,
                back,
                page.Order,
                page.Next
            )
        );

        Task<IReadOnlyList<Run>> ReadAsync(string order, string? from)
        {
            var filter = new RunFilter
            {
                State = known,
                ConfigId = pipeline,
                OldestFirst = order == "due",
                From = since,
                After = RunQuery.AfterOf(from),
                Limit = PageQuery.Standard + 1,
            };
            return pipeline is not null && known is null
                ? runs.ListOfPipelineAsync(
                    id,
                    pipeline,
                    since,
                    filter.After,
                    filter.OldestFirst,
                    filter.Limit,
                    cancellation
                )
                : runs.ListAsync(id, filter, cancellation);
        }

        // What the pages show beside the run is known only now: a whole list is sorted here.
        IReadOnlyList<OverviewRun> Sorted(IReadOnlyList<OverviewRun> rows) =>
            page.Order.Offered is null ? RunTable.Sorted(rows, sort) : rows;
    }
}
