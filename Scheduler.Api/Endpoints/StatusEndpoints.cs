using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
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
        AlertStore alerts,
        ApiOptions options,
        StatusWatch watch,
        CancellationToken cancellation
    )
    {
        var snapshot = await status.GetAsync(cancellation);
        watch.Note(snapshot);
        var stored = await alerts.ListOpenAsync(MostAlerts, cancellation);
        var longRuns = AlertRules.HasLongRun(snapshot)
            ? await alerts.LongRunsAsync(snapshot.Now - AlertRules.LongestRun, MostAlerts, cancellation)
            : [];
        // What holds now and the watch has not written down yet.
        var known = stored.Select(alert => (alert.Rule, alert.Subject)).ToHashSet();
        var found = AlertRules
            .Judge(snapshot, longRuns, options.Alerts.LatenessObjective)
            .Where(judgement => judgement.Fires && !known.Contains((judgement.Rule, judgement.Subject)));
        return TypedResults.Ok(
            StatusView.Of(
                snapshot,
                DesiredWorkers.Of(snapshot, options.Workers),
                [.. found.Select(judgement => AlertView.Of(judgement, snapshot.Now)), .. stored.Select(AlertView.Of)]
            )
        );
    }
}
