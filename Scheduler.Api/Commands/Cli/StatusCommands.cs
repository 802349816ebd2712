using System.CommandLine;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>status</c> and <c>alerts</c>.</summary>
internal static class StatusCommands
{
    private const string Route = "/api/v1/scheduler/status";

    public static IEnumerable<Command> Of(CliSurroundings surroundings)
    {
        yield return CliCommand.Of(
            surroundings,
            "status",
            "The system at a glance.",
            [],
            async (session, token) =>
            {
                var status = await session.Api.GetAsync(Route, token);
                if (session.Screen.IsJson)
                {
                    session.Screen.Json(status);
                    return;
                }
                session.Screen.Facts(
                    ("active pipelines", status.Text("total_active_pipelines")),
                    ("due now", status.Text("pipelines_due_now")),
                    ("queued", status.Text("pipelines_queued")),
                    ("claimable", status.Text("queue_length")),
                    ("oldest claimable", status.Seconds("oldest_queued_seconds")),
                    ("running", status.Text("pipelines_running")),
                    ("completed today", status.Text("pipelines_completed_today")),
                    ("failed today", status.Text("pipelines_failed_today")),
                    ("average duration", status.Seconds("avg_execution_time_seconds")),
                    ("lateness p50", status.Seconds("lateness_p50_seconds")),
                    ("lateness p95", status.Seconds("lateness_p95_seconds")),
                    ("lateness p99", status.Seconds("lateness_p99_seconds")),
                    ("workers wanted", status.Text("desired_workers")),
                    ("alerts", $"{status.Entries("alerts").Count()}")
                );
            }
        );
        yield return CliCommand.Of(
            surroundings,
            "alerts",
            "What is firing; exit code 1 while anything is.",
            [],
            async (session, token) =>
            {
                var alerts = (await session.Api.GetAsync(Route, token)).Entries("alerts").ToList();
                Show(session.Screen, alerts);
                return alerts.Count == 0;
            }
        );
    }

    private static void Show(CliScreen screen, IReadOnlyList<JsonElement> alerts)
    {
        if (screen.IsJson)
        {
            screen.Json(alerts);
            return;
        }
        screen.Table(
            ["since", "alert", "customer", "message"],
            alerts.Select(alert =>
                new[] { alert.Time("fired_at"), alert.Text("kind"), alert.Text("customer_id"), alert.Text("message") }
            ),
            "Nothing is firing."
        );
    }
}
