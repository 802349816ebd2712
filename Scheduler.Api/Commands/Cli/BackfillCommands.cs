using System.CommandLine;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>backfill</c>: occurrences of the past, in a lane below the live work.</summary>
internal static class BackfillCommands
{
    private const int Most = 1_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    public static Command Of(CliSurroundings surroundings)
    {
        var backfill = CliOptions.Id("backfill_id", "The backfill.");
        return CliCommand.Group(
            "backfill",
            "Runs occurrences of the past.",
            Start(surroundings),
            CliCommand.Of(
                surroundings,
                "list",
                "A customer's backfills, the newest first.",
                [CliOptions.Customer],
                ListAsync
            ),
            CliCommand.Of(
                surroundings,
                "show",
                "How far one has got.",
                [backfill, CliOptions.Customer],
                async (session, token) => Show(session.Screen, await session.Api.GetAsync(Path(session), token))
            ),
            Move("pause", "No new runs until it is resumed."),
            Move("resume", "Lets a paused one go on."),
            Move("cancel", "Ends one: what has not started is skipped.")
        );

        Command Move(string word, string description) =>
            CliCommand.Of(
                surroundings,
                word,
                description,
                [backfill, CliOptions.Customer],
                async (session, token) =>
                    Show(session.Screen, await session.Api.PostAsync($"{Path(session)}/{word}", null, token))
            );

        string Path(CliSession session) => $"{session.CustomerPath}/backfills/{CliApi.Part(session.Value(backfill))}";
    }

    private static Command Start(CliSurroundings surroundings)
    {
        var pipeline = CliOptions.Id("config_id", "The pipeline.");
        var from = new Option<string>("--from")
        {
            Description = "The first scheduled time, RFC 3339.",
            Required = true,
        };
        var to = new Option<string>("--to") { Description = "No scheduled time from here on.", Required = true };
        var mode = new Option<string>("--mode")
        {
            Description = "missing, failed or all.",
            DefaultValueFactory = _ => "missing",
        };
        var concurrent = new Option<int>("--max-concurrent")
        {
            Description = "So many of its runs are open at once.",
            DefaultValueFactory = _ => 1,
        };
        var wait = new Option<bool>("--wait") { Description = "Returns when it has come to its end." };
        return CliCommand.Of(
            surroundings,
            "start",
            "Runs what a pipeline has missed or failed in a time.",
            [pipeline, CliOptions.Customer, from, to, mode, concurrent, CliOptions.DryRun, wait],
            async (session, token) =>
            {
                var path = $"{session.CustomerPath}/pipelines/{CliApi.Part(session.Value(pipeline))}/backfills";
                var body = new Dictionary<string, object?>
                {
                    ["from"] = session.Value(from),
                    ["to"] = session.Value(to),
                    ["mode"] = session.Value(mode),
                    ["dry_run"] = session.Value(CliOptions.DryRun),
                    ["max_concurrent"] = session.Value(concurrent),
                };
                var begun = await session.Api.PostAsync(path, body, token);
                if (begun.Text("backfill_id") is { Length: > 0 } id && session.Value(wait))
                {
                    begun = await FollowAsync(session, id, token);
                }
                Show(session.Screen, begun);
                return begun.Amount("progress.failed") == 0;
            }
        );
    }

    private static Task<JsonElement> FollowAsync(CliSession session, string id, CancellationToken token) =>
        session.Screen.ProgressAsync(
            "backfill",
            async show =>
            {
                while (true)
                {
                    var now = await session.Api.GetAsync($"{session.CustomerPath}/backfills/{CliApi.Part(id)}", token);
                    show(now.Amount("progress.percent"));
                    if (!now.Text("state").Equals("RUNNING", StringComparison.OrdinalIgnoreCase))
                    {
                        return now;
                    }
                    await Task.Delay(LookEvery, session.Surroundings.Time, token);
                }
            }
        );

    private static async Task ListAsync(CliSession session, CancellationToken token)
    {
        var rows = await session.Api.ListAsync($"{session.CustomerPath}/backfills", [], Most, token);
        if (session.Screen.IsJson)
        {
            session.Screen.Json(rows);
            return;
        }
        session.Screen.Table(
            ["backfill_id", "pipeline", "mode", "from", "to", "state", "occurrences", "made"],
            rows.Select(row =>
                new[]
                {
                    row.Text("backfill_id"),
                    row.Text("config_id"),
                    row.Text("mode"),
                    row.Time("from"),
                    row.Time("to"),
                    row.Text("state"),
                    row.Text("occurrences"),
                    row.Time("created_at"),
                }
            ),
            "No backfills."
        );
    }

    private static void Show(CliScreen screen, JsonElement backfill)
    {
        if (screen.IsJson)
        {
            screen.Json(backfill);
            return;
        }
        var isDry = backfill.Text("backfill_id").Length == 0;
        screen.Facts(
            ("backfill_id", isDry ? "none: nothing was done" : backfill.Text("backfill_id")),
            ("pipeline", backfill.Text("config_id")),
            ("mode", backfill.Text("mode")),
            ("from", backfill.Time("from")),
            ("to", backfill.Time("to")),
            ("state", backfill.Text("state")),
            ("waits for", backfill.Text("waits_for")),
            ("occurrences", backfill.Text("occurrences")),
            ("completed", backfill.Text("progress.completed")),
            ("failed", backfill.Text("progress.failed")),
            ("open", backfill.Text("progress.open")),
            ("remaining", backfill.Text("progress.remaining"))
        );
        if (backfill.Entries("first").Any())
        {
            screen.Line("");
            screen.Table(
                ["scheduled", "data from", "to"],
                backfill
                    .Entries("first")
                    .Select(row =>
                        new[]
                        {
                            row.Time("scheduled_time"),
                            row.Time("data_interval_start"),
                            row.Time("data_interval_end"),
                        }
                    ),
                ""
            );
        }
    }
}
