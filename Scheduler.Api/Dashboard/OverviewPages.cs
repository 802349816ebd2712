using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
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
                AlertsOf(snapshot, options),
                DesiredWorkers.Of(snapshot.Status, options.Workers),
                options.Alerts.LatenessObjective
            )
        );
    }

    /// <summary>As the status call tells them: what is written down, and what the rules say of the figures.</summary>
    public static IReadOnlyList<FiringAlert> AlertsOf(OverviewSnapshot snapshot, ApiOptions options) =>
        [
            .. snapshot
                .StoredAlerts.Concat(
                    AlertRules
                        .Judge(snapshot.Status, longRuns: [], options.Alerts.LatenessObjective)
                        .Where(judgement => judgement.Fires)
                        .Select(judgement => new FiringAlert(
                            judgement.Rule,
                            judgement.Subject,
                            judgement.CustomerId,
                            judgement.Message,
                            snapshot.Status.Now
                        ))
                )
                .DistinctBy(alert => (alert.Rule, alert.Subject)),
        ];
}
