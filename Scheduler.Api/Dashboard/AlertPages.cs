using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Endpoints;
using Scheduler.Api.Paging;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Alerts, one of them, and what was sent.</summary>
internal static class AlertPages
{
    public static void MapAlertPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/alerts", ListAsync);
        app.MapGet("/alerts/{alert_id}", ShowAsync);
        app.MapGet("/deliveries", DeliveriesAsync);
    }

    private static async Task<PageResult<AlertsPage>> ListAsync(
        string? show,
        string? customer_id,
        string? sort,
        string? cursor,
        AlertStore alerts,
        OpenAlerts open,
        Snapshots snapshots,
        ApiOptions options,
        CancellationToken cancellation
    )
    {
        var tab = AlertsModel.Tabs.Any(tab => tab.Show == show) ? show! : AlertsModel.Tabs[0].Show;
        var customer = string.IsNullOrWhiteSpace(customer_id) ? null : customer_id.Trim();
        var query = new AlertQuery(Wire.TryParse(tab, out AlertState state) ? Wire.Name(state) : null, null);
        var found = cursor is null && tab is "open" or "firing" ? await FoundAsync() : [];
        var page = await ListPage.ReadAsync(
            sort,
            cursor,
            ReadAsync,
            AlertQuery.CursorOf,
            (rows, by) => AlertsPage.Sorted([.. found, .. rows], by)
        );
        // Beside a list that goes on they stand first.
        var rows = page.Order.Offered is null ? page.Rows : [.. found, .. page.Rows];
        return new(new AlertsModel(rows, tab, customer, page.Order, page.Next));

        Task<IReadOnlyList<Alert>> ReadAsync(string? from)
        {
            // A cursor that this list did not write begins at the top.
            if (query.Read(new PageQuery(PageQuery.Standard, from), out var filter) is not null)
            {
                _ = query.Read(new PageQuery(PageQuery.Standard, null), out filter);
            }
            return alerts.ListAsync(
                filter with
                {
                    CustomerId = customer,
                    IsOpen = tab == "open",
                    Limit = PageQuery.Standard + 1,
                },
                cancellation
            );
        }

        // What holds and is not written down yet.
        async Task<IReadOnlyList<Alert>> FoundAsync()
        {
            var all = await open.ReadAsync(
                (await snapshots.Overview.GetAsync(cancellation)).Status,
                options.Alerts.LatenessObjective,
                PageQuery.Most,
                cancellation
            );
            return [.. all.Where(alert => alert.AlertId is null && IsOf(customer, alert))];
        }
    }

    private static bool IsOf(string? customer, Alert alert) => customer is null || alert.CustomerId == customer;

    private static async Task<IResult> ShowAsync(string alert_id, AlertStore alerts, CancellationToken cancellation) =>
        AlertIds.TryParse(alert_id, out var id) && await alerts.FindAsync(id, cancellation) is { } alert
            ? new PageResult<AlertPage>(
                new AlertModel(alert, await alerts.FindDeliveriesAsync(Announcements.DeliveryIds(id), cancellation))
            )
            : new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);

    private static async Task<PageResult<DeliveriesPage>> DeliveriesAsync(
        string? state,
        string? sort,
        string? cursor,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        var query = new DeliveryQuery(Wire.TryParse(state, out DeliveryState known) ? Wire.Name(known) : null);
        _ = query.Read(new PageQuery(PageQuery.Standard, null), out var asked, out _, out _);
        var page = await ListPage.ReadAsync(sort, cursor, ReadAsync, DeliveryQuery.CursorOf, DeliveryTable.Sorted);
        return new(new DeliveriesModel(page.Rows, asked, page.Order, page.Next));

        Task<IReadOnlyList<DeliveryRecord>> ReadAsync(string? from)
        {
            if (query.Read(new PageQuery(PageQuery.Standard, from), out _, out var after, out _) is not null)
            {
                _ = query.Read(new PageQuery(PageQuery.Standard, null), out _, out after, out _);
            }
            return alerts.ListDeliveriesAsync(asked, after, PageQuery.Standard + 1, cancellation);
        }
    }
}
