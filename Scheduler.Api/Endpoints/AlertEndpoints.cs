using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>Alerts, their silences, and what is sent of them.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/v1/scheduler/alerts").WithTags("Alerts").RequireAdmin();
        group
            .MapGet("", ListAsync)
            .WithName("ListAlerts")
            .WithSummary("Alerts of all customers and of the system, newest first.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapPost("/{alert_id}/silence", SilenceAsync)
            .WithName("SilenceAlert")
            .WithSummary(
                "Keeps a firing alert quiet until then: nothing is sent of it, nor of its end within that time."
            )
            .Refuses(ErrorCode.NotFound, ErrorCode.Conflict);
        group
            .MapDelete("/{alert_id}/silence", UnsilenceAsync)
            .WithName("UnsilenceAlert")
            .WithSummary("Ends an alert's silence.")
            .Refuses(ErrorCode.NotFound, ErrorCode.Conflict);
        group
            .MapGet("/deliveries", ListDeliveriesAsync)
            .WithName("ListDeliveries")
            .WithSummary(
                "What was given up, or waits, or was sent to sinks, newest first; dead unless state says otherwise."
            )
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapPost("/deliveries/{delivery_id}/retry", RetryAsync)
            .WithName("RetryDelivery")
            .WithSummary("Sends a delivery that was given up again, for another 24 hours.")
            .Refuses(ErrorCode.NotFound, ErrorCode.Conflict);
    }

    private static async Task<Results<Page<AlertResponse>, SchedulerProblem>> ListAsync(
        [AsParameters] AlertQuery query,
        [AsParameters] PageQuery page,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        if (query.Read(page, out var filter) is { } problem)
        {
            return problem;
        }
        var rows = await alerts.ListAsync(filter with { Limit = filter.Limit + 1 }, cancellation);
        return Page.Of(rows, filter.Limit, AlertQuery.CursorOf, AlertView.Of);
    }

    private static async Task<Results<Ok<AlertResponse>, SchedulerProblem>> SilenceAsync(
        [FromRoute(Name = "alert_id")] string alertId,
        Body<SilenceAlertRequest> body,
        AlertSilencing silencing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        AlertIds.TryParse(alertId, out var id)
            ? Answer(
                await silencing.SilenceAsync(id, body.Value.Until, body.Value.Reason, caller.AsActor(), cancellation)
            )
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static async Task<Results<Ok<AlertResponse>, SchedulerProblem>> UnsilenceAsync(
        [FromRoute(Name = "alert_id")] string alertId,
        AlertSilencing silencing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        AlertIds.TryParse(alertId, out var id)
            ? Answer(await silencing.UnsilenceAsync(id, caller.AsActor(), cancellation))
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static async Task<Results<Page<DeliveryResponse>, SchedulerProblem>> ListDeliveriesAsync(
        [AsParameters] DeliveryQuery query,
        [AsParameters] PageQuery page,
        AlertStore alerts,
        CancellationToken cancellation
    )
    {
        if (query.Read(page, out var state, out var after, out var limit) is { } problem)
        {
            return problem;
        }
        var rows = await alerts.ListDeliveriesAsync(state, after, limit + 1, cancellation);
        return Page.Of(rows, limit, DeliveryQuery.CursorOf, AlertView.Of);
    }

    private static async Task<Results<Ok<DeliveryResponse>, SchedulerProblem>> RetryAsync(
        [FromRoute(Name = "delivery_id")] string deliveryId,
        AlertSilencing silencing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await silencing.RetryAsync(deliveryId, caller.AsActor(), cancellation) switch
        {
            null => SchedulerProblem.Create(ErrorCode.NotFound),
            (var delivery, true) => TypedResults.Ok(AlertView.Of(delivery)),
            (var delivery, false) => SchedulerProblem.Create(
                ErrorCode.Conflict,
                $"Only what was given up is sent again; this delivery is {Wire.Name(delivery.State)}."
            ),
        };

    private static Results<Ok<AlertResponse>, SchedulerProblem> Answer(SilenceResult result) =>
        result switch
        {
            SilenceResult.Done(var alert) => TypedResults.Ok(AlertView.Of(alert)),
            SilenceResult.WrongEnd(var now, var latest) => SchedulerProblem.Invalid(
                "until",
                $"Must be later than now, {now}, and not later than {latest}."
            ),
            SilenceResult.Over => SchedulerProblem.Create(ErrorCode.Conflict, "The alert is over."),
            SilenceResult.NoSuchAlert => SchedulerProblem.Create(ErrorCode.NotFound),
            _ => throw new UnreachableException(),
        };
}
