using Scheduler.Api.Dashboard;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>Every page of the dashboard over the seeded system, with a name for its picture.</summary>
internal static class PageList
{
    public static IReadOnlyList<(string Name, string Path)> All
    {
        get
        {
            var system = BrowserRun.System;
            var pipeline = DashboardPaths.Pipeline(SeededSystem.Cedar, system.Probe.ConfigId);
            return
            [
                ("overview", "/dashboard"),
                ("customers", "/dashboard/customers"),
                ("customer", DashboardPaths.Customer(SeededSystem.Alder)),
                ("customer-runs", DashboardPaths.Runs(SeededSystem.Birch)),
                ("pipelines", "/dashboard/pipelines"),
                ("pipeline", DashboardPaths.Pipeline(SeededSystem.Alder, system.Ordinary.ConfigId)),
                ("pipeline-failing", DashboardPaths.Pipeline(SeededSystem.Alder, system.Failing.ConfigId)),
                ("pipeline-paused", DashboardPaths.Pipeline(SeededSystem.Cedar, system.Paused.ConfigId)),
                ("runs-failed", "/dashboard/runs"),
                ("runs-running", "/dashboard/runs?show=running"),
                ("runs-waiting", "/dashboard/runs?show=waiting"),
                ("runs-ended", "/dashboard/runs?show=ended"),
                ("run-failed", DashboardPaths.Run(SeededSystem.Alder, system.Failed.RunId)),
                ("run-completed", DashboardPaths.Run(SeededSystem.Cedar, system.Completed.RunId)),
                ("run-waiting", DashboardPaths.Run(SeededSystem.Birch, system.Waiting.RunId)),
                ("queue", "/dashboard/queue"),
                ("forecast", "/dashboard/forecast"),
                ("alerts", "/dashboard/alerts"),
                ("alert", DashboardPaths.Alert(system.Alert.AlertId!.Value)),
                ("alerts-over", "/dashboard/alerts?show=resolved"),
                ("deliveries", "/dashboard/deliveries"),
                ("confirm-silence", $"{DashboardPaths.Alert(system.Alert.AlertId!.Value)}/silence"),
                ("confirm-retry", $"{DashboardPaths.Delivery($"run-{system.Failed.RunId}")}/retry"),
                ("templates", "/dashboard/templates"),
                ("audit", "/dashboard/audit"),
                ("audit-refusals", "/dashboard/audit?show=refusals"),
                ("bulks", "/dashboard/bulks"),
                ("confirm-bulk", "/dashboard/bulks/new?action=pause&search=account"),
                (
                    "backfill",
                    $"{DashboardPaths.Pipeline(SeededSystem.Alder, system.Failing.ConfigId)}/backfill?mode=failed"
                ),
                ("confirm-run", $"{pipeline}/run-now"),
                ("confirm-pause", $"{pipeline}/pause"),
                ("confirm-switch-off", $"{pipeline}/switch-off"),
                ("confirm-link", $"{DashboardPaths.Customer(SeededSystem.Alder)}/embed-link"),
            ];
        }
    }
}
