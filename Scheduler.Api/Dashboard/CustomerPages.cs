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
            After = cursor is null ? null : PageCursor.Read(cursor, 1)?[0],
            Limit = PageQuery.Standard + 1,
        };
        var rows = await overview.CustomersAsync(filter, cancellation);
        var page = Sorting.By(
            [.. rows.Take(PageQuery.Standard)],
            sort,
            ("company", row => row.CompanyName),
            ("id", row => row.CustomerId),
            ("status", row => row.Status),
            ("plan", row => row.Plan),
            ("active", row => row.ActivePipelines),
            ("failing", row => row.FailingPipelines),
            ("since", row => row.CreatedAt)
        );
        var next = rows.Count > PageQuery.Standard ? PageCursor.Write([rows[PageQuery.Standard - 1].CustomerId]) : null;
        return new(new CustomersModel(page, filter.Search, filter.Status, filter.Plan, sort, next));
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
        var from = standing.Now - Duration.FromDays(back);
        var pipeline = string.IsNullOrEmpty(config_id) ? null : config_id;
        var query = new RunQuery(Wire.TryParse(state, out RunState known) ? Wire.Name(known) : null, null, null, null);
        if (query.Read(new PageQuery(PageQuery.Standard, cursor), out var filter) is not null)
        {
            _ = query.Read(new PageQuery(PageQuery.Standard, null), out filter);
        }
        var rows =
            pipeline is not null && filter.State is null
                ? await runs.ListOfPipelineAsync(id, pipeline, from, filter.After, PageQuery.Standard + 1, cancellation)
                : await runs.ListAsync(
                    id,
                    filter with
                    {
                        ConfigId = pipeline,
                        From = from,
                        Limit = PageQuery.Standard + 1,
                    },
                    cancellation
                );
        var pipelines = await configs.ListAsync(id, null, null, PageQuery.Most, cancellation);
        return new PageResult<CustomerRunsPage>(
            new CustomerRunsModel(
                id,
                standing.CompanyName,
                RunTable.Sorted(
                    CustomerRunsModel.Rows([.. rows.Take(PageQuery.Standard)], pipelines, standing.CompanyName),
                    sort
                ),
                pipelines,
                query.State,
                pipeline,
                back,
                sort,
                rows.Count > PageQuery.Standard
                    ? PageCursor.Write(RunQuery.CursorOf(rows[PageQuery.Standard - 1]))
                    : null
            )
        );
    }
}
