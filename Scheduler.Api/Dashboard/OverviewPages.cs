using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Settings;
using Scheduler.Core.Status;

namespace Scheduler.Api.Dashboard;

/// <summary>The system at a glance.</summary>
internal static class OverviewPages
{
    public static void MapOverviewPages(this IEndpointRouteBuilder app) => app.MapGet("", OverviewAsync);

    private static async Task<PageResult<OverviewPage>> OverviewAsync(
        Snapshots snapshots,
        ApiOptions options,
        CancellationToken cancellation
    )
    {
        var snapshot = await snapshots.Overview.GetAsync(cancellation);
        return new(
            new OverviewModel(
                snapshot,
                DesiredWorkers.Of(snapshot.Status, options.Workers),
                options.Alerts.LatenessObjective
            )
        );
    }
}
