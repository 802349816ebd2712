using System.Globalization;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>What operators do about an alert: keep it quiet for a while, send again what was given up.</summary>
internal static class AlertControls
{
    private const int LongestReason = 500;

    public static void MapAlertControls(this IEndpointRouteBuilder app)
    {
        var alert = app.MapGroup("/alerts/{alert_id}");
        alert.MapGet("/silence", ConfirmSilenceAsync);
        alert.MapPost("/silence", SilenceAsync);
        alert.MapGet("/unsilence", ConfirmUnsilenceAsync);
        alert.MapPost("/unsilence", UnsilenceAsync);
        app.MapGet("/deliveries/{delivery_id}/retry", ConfirmRetryAsync);
        app.MapPost("/deliveries/{delivery_id}/retry", RetryAsync);
    }

    private static async Task<IResult> ConfirmSilenceAsync(
        string alert_id,
        AlertStore alerts,
        CancellationToken cancellation
    ) => await SilencePageAsync(alert_id, null, alerts, cancellation);

    private static async Task<IResult> SilencePageAsync(
        string alertId,
        string? fault,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        if (!AlertIds.TryParse(alertId, out var id) || await alerts.FindAsync(id, cancellation) is not { } alert)
        {
            return NotFound();
        }
        var deliveries = await alerts.FindDeliveriesAsync(Announcements.DeliveryIds(id), cancellation);
        var waiting = deliveries.Count(delivery => delivery.State == DeliveryState.Pending);
        return Confirm(
            new ConfirmModel
            {
                Title = $"Silence the alert “{AlertMark.RuleOf(alert.Rule)}”?",
                Consequences =
                [
                    "Until then nothing is sent of it. Should it end within that time, that is not told either.",
                    waiting switch
                    {
                        0 => "Nothing of it waits to be sent now.",
                        1 => "One message about it waits to be sent, and is dropped.",
                        _ => $"{waiting} messages about it wait to be sent, and are dropped.",
                    },
                    "Its cause stays as it is, and so do other alerts of the same rule. It stays listed, as silenced.",
                ],
                Action = "Silence it",
                Path = $"{DashboardPaths.Alert(id)}/silence",
                Back = DashboardPaths.Alert(id),
                Fields = ConfirmFields.Silence,
                Fault = alert.State == AlertState.Resolved ? "The alert is over: there is nothing to silence." : fault,
            }
        );
    }

    private static async Task<IResult> SilenceAsync(
        string alert_id,
        HttpContext http,
        AlertSilencing silencing,
        CurrentCaller caller,
        AlertStore alerts,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        if (!AlertIds.TryParse(alert_id, out var id))
        {
            return NotFound();
        }
        var form = await http.Request.ReadFormAsync(cancellation);
        var reason = form["reason"].ToString().Trim();
        if (reason.Length is 0 or > LongestReason || reason.Any(char.IsControl))
        {
            return await SilencePageAsync(
                alert_id,
                $"Say why, in 1 to {LongestReason} characters.",
                alerts,
                cancellation
            );
        }
        if (
            !int.TryParse(form["length"], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !ConfirmModel.SilenceHours.Contains(hours)
        )
        {
            return await SilencePageAsync(alert_id, "Say for how long.", alerts, cancellation);
        }
        var until = await clock.ReadAsync(cancellation) + Duration.FromHours(hours);
        return await silencing.SilenceAsync(id, until, reason, caller.AsActor(), cancellation) switch
        {
            SilenceResult.Done => Said.On(DashboardPaths.Alert(id), Said.Silenced),
            SilenceResult.NoSuchAlert => NotFound(),
            _ => await SilencePageAsync(alert_id, "The alert has ended meanwhile.", alerts, cancellation),
        };
    }

    private static async Task<IResult> ConfirmUnsilenceAsync(
        string alert_id,
        AlertStore alerts,
        CancellationToken cancellation
    ) => await UnsilencePageAsync(alert_id, alerts, cancellation);

    private static async Task<IResult> UnsilencePageAsync(
        string alertId,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        if (!AlertIds.TryParse(alertId, out var id) || await alerts.FindAsync(id, cancellation) is not { } alert)
        {
            return NotFound();
        }
        return Confirm(
            new ConfirmModel
            {
                Title = $"End the silence of the alert “{AlertMark.RuleOf(alert.Rule)}”?",
                Consequences =
                [
                    "From now on is told what was not told yet: that it fires, where nobody was told, and later that it is over.",
                    "What the silence has dropped is not sent any more.",
                ],
                Action = "End the silence",
                Path = $"{DashboardPaths.Alert(id)}/unsilence",
                Back = DashboardPaths.Alert(id),
                Fault = alert.State == AlertState.Resolved ? "The alert is over, and its silence with it." : null,
            }
        );
    }

    private static async Task<IResult> UnsilenceAsync(
        string alert_id,
        AlertSilencing silencing,
        CurrentCaller caller,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        if (!AlertIds.TryParse(alert_id, out var id))
        {
            return NotFound();
        }
        return await silencing.UnsilenceAsync(id, caller.AsActor(), cancellation) switch
        {
            SilenceResult.Done => Said.On(DashboardPaths.Alert(id), Said.Unsilenced),
            SilenceResult.NoSuchAlert => NotFound(),
            _ => await UnsilencePageAsync(alert_id, alerts, cancellation),
        };
    }

    private static async Task<IResult> ConfirmRetryAsync(
        string delivery_id,
        AlertStore alerts,
        CancellationToken cancellation
    ) =>
        (await alerts.FindDeliveriesAsync([delivery_id], cancellation)) is [var delivery]
            ? RetryPage(delivery)
            : NotFound();

    private static PageResult<ConfirmPage> RetryPage(DeliveryRecord delivery) =>
        Confirm(
            new ConfirmModel
            {
                Title =
                    $"Send again, to {DeliveryTable.SinkOf(delivery.Sink)}, {DeliveryTable.TellsOf(delivery.Event)}?",
                Consequences =
                [
                    delivery.LastError is { } error
                        ? $"It was given up after {Tries(delivery.Attempts)}; the last one ended with: {error}"
                        : $"It was given up after {Tries(delivery.Attempts)}.",
                    $"It is sent as it was written, with the same id, at once and for up to {Shown.Length(DeliveryPolicy.Window)}; a receiver that has it already can know it by the id.",
                ],
                Action = "Send it again",
                Path = $"{DashboardPaths.Delivery(delivery.DeliveryId)}/retry",
                Back = PlaceOf(delivery),
                Fault =
                    delivery.State == DeliveryState.Dead
                        ? null
                        : $"Only what was given up is sent again; this is {DeliveryMark.WordOf(delivery.State).ToLowerInvariant()}.",
            }
        );

    private static async Task<IResult> RetryAsync(
        string delivery_id,
        AlertSilencing silencing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await silencing.RetryAsync(delivery_id, caller.AsActor(), cancellation) switch
        {
            null => NotFound(),
            (var delivery, true) => Said.On(PlaceOf(delivery), Said.SentAgain),
            (var delivery, false) => RetryPage(delivery),
        };

    private static string PlaceOf(DeliveryRecord delivery) =>
        delivery.AlertId is { } alertId ? DashboardPaths.Alert(alertId) : $"{DashboardPaths.Root}/deliveries";

    private static string Tries(int attempts) => attempts == 1 ? "one try" : $"{attempts} tries";

    private static PageResult<ConfirmPage> Confirm(ConfirmModel model) =>
        new(model, model.Fault is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);

    private static PageResult<MessagePage> NotFound() => new(MessagePage.NotFound, StatusCodes.Status404NotFound);
}
