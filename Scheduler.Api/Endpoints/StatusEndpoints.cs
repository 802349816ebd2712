using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>How the system stands.</summary>
internal static class StatusEndpoints
{
    private const int MostAlerts = 100;

    public static void MapStatus(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/scheduler/status", StatusAsync)
            .WithTags("Scheduler")
            .WithName("Status")
            .WithSummary("The system at a glance: queue, runs, lateness, alerts, and how many workers it asks for.")
            .RequireAdmin();

    private static async Task<Ok<StatusResponse>> StatusAsync(
        StatusStore status,
        OpenAlerts alerts,
        ApiOptions options,
        StatusWatch watch,
        CancellationToken cancellation
    )
    {
        var snapshot = await status.GetAsync(cancellation);
        watch.Note(snapshot);
        var open = await alerts.ReadAsync(snapshot, options.Alerts.LatenessObjective, MostAlerts, cancellation);
        return TypedResults.Ok(
            StatusView.Of(snapshot, DesiredWorkers.Of(snapshot, options.Workers), [.. open.Select(AlertView.Of)])
        );
    }
}
