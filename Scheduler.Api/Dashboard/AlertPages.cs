using Scheduler.Api.Dashboard.Pages;
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
        // A cursor that this list did not write begins at the top.
        if (query.Read(new PageQuery(PageQuery.Standard, cursor), out var filter) is not null)
        {
            _ = query.Read(new PageQuery(PageQuery.Standard, null), out filter);
        }
        var rows = await alerts.ListAsync(
            filter with
            {
                CustomerId = customer,
                IsOpen = tab == "open",
                Limit = PageQuery.Standard + 1,
            },
            cancellation
        );
        var next =
            rows.Count > PageQuery.Standard
                ? PageCursor.Write(AlertQuery.CursorOf(rows[PageQuery.Standard - 1]))
                : null;
        IReadOnlyList<Alert> page = [.. rows.Take(PageQuery.Standard)];
        if (filter.After is null && tab is "open" or "firing")
        {
            var all = await open.ReadAsync(
                (await snapshots.Overview.GetAsync(cancellation)).Status,
                options.Alerts.LatenessObjective,
                PageQuery.Most,
                cancellation
            );
            page = [.. all.Where(alert => alert.AlertId is null && IsOf(customer, alert)), .. page];
        }
        return new(new AlertsModel(page, tab, customer, next));
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
        string? cursor,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        var query = new DeliveryQuery(Wire.TryParse(state, out DeliveryState known) ? Wire.Name(known) : null);
        if (query.Read(new PageQuery(PageQuery.Standard, cursor), out var asked, out var after, out _) is not null)
        {
            _ = query.Read(new PageQuery(PageQuery.Standard, null), out asked, out after, out _);
        }
        var rows = await alerts.ListDeliveriesAsync(asked, after, PageQuery.Standard + 1, cancellation);
        return new(
            new DeliveriesModel(
                [.. rows.Take(PageQuery.Standard)],
                asked,
                rows.Count > PageQuery.Standard
                    ? PageCursor.Write(DeliveryQuery.CursorOf(rows[PageQuery.Standard - 1]))
                    : null
            )
        );
    }
}
