using NodaTime;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Endpoints;
using Scheduler.Api.Paging;
using Scheduler.Api.Settings;
using Scheduler.Core.Audit;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Queue and workers, the forecast, templates, the audit trail.</summary>
internal static class SystemPages
{
    private const int MostWorkers = 200;
    private const int MostCustomers = 20;
    private const int DefaultDays = 7;

    public static void MapSystemPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/queue", QueueAsync);
        app.MapGet("/forecast", ForecastAsync);
        app.MapGet("/templates", Templates);
        app.MapGet("/audit", AuditAsync);
    }

    private static async Task<PageResult<QueuePage>> QueueAsync(
        string? sort,
        Snapshots snapshots,
        OverviewStore overview,
        ApiOptions options,
        CancellationToken cancellation
    )
    {
        var status = (await snapshots.Overview.GetAsync(cancellation)).Status;
        var workers = Sorting.By(
            await overview.WorkersAsync(MostWorkers, cancellation),
            sort,
            ("worker", worker => worker.WorkerId),
            ("runs", worker => worker.Runs),
            ("customers", worker => worker.Customers),
            ("oldest", worker => worker.Oldest)
        );
        return new(
            new QueueModel(
                status,
                DesiredWorkers.Of(status, options.Workers),
                options.Alerts.LatenessObjective,
                workers,
                await overview.WaitingCustomersAsync(MostCustomers, cancellation),
                new ListOrder(sort ?? "-runs", null)
            )
        );
    }

    private static async Task<PageResult<ForecastPage>> ForecastAsync(
        Snapshots snapshots,
        CancellationToken cancellation
    ) => new(await snapshots.Forecast.GetAsync(cancellation));

    private static PageResult<TemplatesPage> Templates(string? search, string? provider, TemplateCatalog catalog)
    {
        var text = string.IsNullOrWhiteSpace(search) ? null : search.Trim();
        var providers = catalog.All.Select(template => template.Provider).Distinct().ToList();
        var of = providers.Contains(provider ?? "") ? provider : null;
        return new(
            new TemplatesModel(
                [
                    .. catalog.All.Where(template =>
                        (of is null || template.Provider == of)
                        && (text is null || TemplatesPage.IsAbout(template, text))
                    ),
                ],
                providers,
                text,
                of
            )
        );
    }

    private static async Task<PageResult<AuditPage>> AuditAsync(
        string? show,
        string? customer_id,
        string? days,
        string? sort,
        string? cursor,
        AuditStore audit,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        var customer = string.IsNullOrWhiteSpace(customer_id) ? null : customer_id.Trim();
        var back = int.TryParse(days, out var asked) && AuditModel.DayChoices.Contains(asked) ? asked : DefaultDays;
        var since = await clock.ReadAsync(cancellation) - Duration.FromDays(back);
        if (show == "refusals")
        {
            var refusals = await ListPage.ReadAsync(
                sort,
                cursor,
                from =>
                    audit.ListRefusalsAsync(
                        new RefusalFilter
                        {
                            CustomerId = customer,
                            From = since,
                            After =
                                from is not null && PageCursor.Read(from, 4) is { } place
                                    ? AuditView.PlaceOf(place)
                                    : null,
                            Limit = PageQuery.Standard + 1,
                        },
                        cancellation
                    ),
                AuditView.CursorOf,
                AuditPage.Sorted
            );
            return new(new AuditModel(null, refusals.Rows, customer, back, refusals.Order, refusals.Next));
        }
        var entries = await ListPage.ReadAsync(
            sort,
            cursor,
            from =>
                audit.ListAsync(
                    new AuditFilter
                    {
                        CustomerId = customer,
                        From = since,
                        AfterId = from is null ? null : PageCursor.Read(from, 1)?[0],
                        Limit = PageQuery.Standard + 1,
                    },
                    cancellation
                ),
            entry => [entry.AuditId],
            AuditPage.Sorted
        );
        return new(new AuditModel(entries.Rows, null, customer, back, entries.Order, entries.Next));
    }
}
