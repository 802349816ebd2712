using System.CommandLine;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>runs</c>.</summary>
internal static class RunCommands
{
    public static IEnumerable<Command> Of(CliSurroundings surroundings)
    {
        var run = CliOptions.Id("run_id", "The run.");
        yield return CliCommand.Group(
            "runs",
            "Runs: which there are, what became of one; cancel or repeat it.",
            List(surroundings),
            CliCommand.Of(
                surroundings,
                "show",
                "One run: its history, its attempts, and why it has not run.",
                [run, CliOptions.Customer],
                async (session, token) => Show(session.Screen, await session.Api.GetAsync(Path(session), token))
            ),
            CliCommand.Of(
                surroundings,
                "cancel",
                "Ends a run that waits, asks one that runs to stop.",
                [run, CliOptions.Customer],
                async (session, token) =>
                    Tell(session.Screen, await session.Api.PostAsync($"{Path(session)}/cancel", null, token))
            ),
            CliCommand.Of(
                surroundings,
                "replay",
                "Does a run that has ended again.",
                [run, CliOptions.Customer, CliOptions.IdempotencyKey],
                async (session, token) =>
                    Tell(
                        session.Screen,
                        await session.Api.PostAsync($"{Path(session)}/replay", null, token, Asked(session))
                    )
            )
        );

        string Path(CliSession session) => $"{session.CustomerPath}/runs/{CliApi.Part(session.Value(run))}";
    }

    /// <summary>The header of calls that ask for a run.</summary>
    public static (string Name, string Value)[] Asked(CliSession session) =>
        session.Value(CliOptions.IdempotencyKey) is { } key ? [("Idempotency-Key", key)] : [];

    /// <summary>A run in short.</summary>
    public static void Tell(CliScreen screen, JsonElement run)
    {
        if (screen.IsJson)
        {
            screen.Json(run);
            return;
        }
        screen.Facts(Facts(run));
    }

    private static Command List(CliSurroundings surroundings)
    {
        var state = CliOptions.Text("--state", "SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED or SKIPPED.");
        var pipeline = CliOptions.Text("--pipeline", "Of one pipeline: its config_id.");
        var from = CliOptions.Text("--from", "Scheduled times from here on, RFC 3339.");
        var to = CliOptions.Text("--to", "Scheduled times before here.");
        return CliCommand.Of(
            surroundings,
            "list",
            "A customer's runs, the latest first.",
            [CliOptions.Customer, state, pipeline, from, to, CliOptions.Limit],
            async (session, token) =>
            {
                var rows = await session.Api.ListAsync(
                    $"{session.CustomerPath}/runs",
                    [
                        ("state", session.Value(state)),
                        ("config_id", session.Value(pipeline)),
                        ("from", session.Value(from)),
                        ("to", session.Value(to)),
                    ],
                    session.Value(CliOptions.Limit),
                    token
                );
                if (session.Screen.IsJson)
                {
                    session.Screen.Json(rows);
                    return;
                }
                session.Screen.Table(
                    ["run_id", "template", "scheduled", "state", "reason", "attempt", "took", "by"],
                    rows.Select(row =>
                        new[]
                        {
                            row.Text("run_id"),
                            row.Text("pipeline_template"),
                            row.Time("scheduled_time"),
                            row.Text("state"),
                            row.Text("reason") is { Length: > 0 } reason ? reason : row.Text("error_type"),
                            $"{row.Amount("retry_attempt") + 1}",
                            row.Seconds("execution_duration_seconds"),
                            row.Text("triggered_by"),
                        }
                    ),
                    "No runs."
                );
            }
        );
    }

    private static void Show(CliScreen screen, JsonElement detail)
    {
        if (screen.IsJson)
        {
            screen.Json(detail);
            return;
        }
        screen.Facts([
            .. Facts(detail.Field("run")),
            ("error", detail.Text("run.error_message")),
            ("worker's log", detail.Text("run.pipeline_logging_id")),
            ("trace", detail.Text("run.trace_id")),
            ("why", detail.Text("why.message")),
            ("until", detail.Time("why.until")),
        ]);
        screen.Line("");
        screen.Table(
            ["at", "from", "to", "by", "note"],
            detail
                .Entries("transitions")
                .Select(move =>
                    new[] { move.Time("at"), move.Text("from"), move.Text("to"), move.Text("by"), move.Text("note") }
                ),
            "No history."
        );
        if (detail.Entries("attempts").Skip(1).Any())
        {
            screen.Line("");
            screen.Table(
                ["attempt", "run_id", "state", "error", "started", "ended"],
                detail
                    .Entries("attempts")
                    .Select(attempt =>
                        new[]
                        {
                            $"{attempt.Amount("retry_attempt") + 1}",
                            attempt.Text("run_id"),
                            attempt.Text("state"),
                            attempt.Text("error_type"),
                            attempt.Time("actual_start_time"),
                            attempt.Time("actual_end_time"),
                        }
                    ),
                ""
            );
        }
    }

    private static IEnumerable<(string, string)> Facts(JsonElement run) =>
        [
            ("run_id", run.Text("run_id")),
            ("pipeline", run.Text("config_id")),
            ("template", run.Text("pipeline_template")),
            ("customer", run.Text("customer_id")),
            ("state", $"{run.Text("state")} {run.Text("reason")} {run.Text("error_type")}".Trim()),
            ("scheduled", run.Time("scheduled_time")),
            ("data", $"{run.Time("data_interval_start")} to {run.Time("data_interval_end")}"),
            ("started", run.Time("actual_start_time")),
            ("ended", run.Time("actual_end_time")),
            ("took", run.Seconds("execution_duration_seconds")),
            ("attempt", $"{run.Amount("retry_attempt") + 1}"),
            ("asked for by", run.Text("triggered_by")),
        ];
}
