using System.CommandLine;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>bulk</c>: one action on all pipelines that a filter finds.</summary>
internal static class BulkCommands
{
    private const string Root = "/api/v1/scheduler";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly Option<string?> Search = CliOptions.Text(
        "--search",
        "A part of the customer, the company, the template or the name."
    );
    private static readonly Option<string?> Provider = CliOptions.Text("--provider", "In upper case: AWS.");
    private static readonly Option<string?> State = CliOptions.Text("--state", "off, paused, failing or active.");
    private static readonly Option<string?> Until = CliOptions.Text(
        "--until",
        "When the pause ends by itself, RFC 3339."
    );
    private static readonly Option<string?> FailedSince = CliOptions.Text(
        "--failed-since",
        "Failures from here on, RFC 3339; else those of the last 24 hours."
    );
    private static readonly Option<bool> All = new("--all")
    {
        Description = "Without a filter: all pipelines there are.",
    };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Returns as soon as it is begun." };

    public static Command Of(CliSurroundings surroundings)
    {
        var bulk = CliOptions.Id("bulk_id", "The bulk.");
        return CliCommand.Group(
            "bulk",
            "One action on all pipelines that a filter finds.",
            Action("pause", "Holds them.", "pause", Until),
            Action("resume", "Ends their pauses.", "resume"),
            Action("run-now", "Runs each beside its schedule.", "run_now"),
            Action("replay-failed", "Does again what has failed lately.", "replay_failed", FailedSince),
            CliCommand.Of(
                surroundings,
                "show",
                "How far one has got.",
                [bulk],
                async (session, token) => Show(session.Screen, await session.Api.GetAsync(Path(session, bulk), token))
            ),
            CliCommand.Of(
                surroundings,
                "undo",
                "Takes back what can be taken back.",
                [bulk, NoWait],
                async (session, token) =>
                {
                    var begun = await session.Api.PostAsync($"{Path(session, bulk)}/undo", null, token);
                    return await FollowAsync(session, begun, token);
                }
            )
        );

        Command Action(string word, string description, string action, params Symbol[] more) =>
            CliCommand.Of(
                surroundings,
                word,
                description,
                [
                    CliOptions.Customer,
                    Search,
                    Provider,
                    State,
                    All,
                    CliOptions.Reason,
                    CliOptions.DryRun,
                    NoWait,
                    .. more,
                ],
                async (session, token) =>
                {
                    var body = new Dictionary<string, object?>
                    {
                        ["action"] = action,
                        ["filter"] = Filter(session),
                        ["reason"] = PipelineCommands.Reason(session),
                        ["dry_run"] = session.Value(CliOptions.DryRun),
                    };
                    Add(body, "until", session.Value(Until));
                    Add(body, "failed_since", session.Value(FailedSince));
                    var begun = await session.Api.PostAsync($"{Root}/pipelines/bulk", body, token);
                    return await FollowAsync(session, begun, token);
                }
            );
    }

    private static string Path(CliSession session, Argument<string> bulk) =>
        $"{Root}/bulk/{CliApi.Part(session.Value(bulk))}";

    /// <exception cref="CliFailure">Nothing narrows it, and nobody said that all are meant.</exception>
    private static Dictionary<string, object?> Filter(CliSession session)
    {
        var filter = new Dictionary<string, object?>();
        Add(filter, "customer_id", session.Value(CliOptions.Customer));
        Add(filter, "search", session.Value(Search));
        Add(filter, "provider", session.Value(Provider));
        Add(filter, "state", session.Value(State));
        return filter.Count > 0 || session.Value(All)
            ? filter
            : throw new CliFailure(
                "Say which: --customer, --search, --provider or --state; or --all for all there are.",
                CliFailure.Misused
            );
    }

    private static void Add(Dictionary<string, object?> body, string name, string? value)
    {
        if (value is not null)
        {
            body[name] = value;
        }
    }

    /// <summary>Until it is done, unless nobody waits for it.</summary>
    /// <returns>Whether all of it could be done.</returns>
    private static async Task<bool> FollowAsync(CliSession session, JsonElement begun, CancellationToken token)
    {
        var id = begun.Text("bulk_id");
        var bulk = begun;
        if (id.Length > 0 && !session.Value(NoWait))
        {
            bulk = await session.Screen.ProgressAsync(
                $"{begun.Text("action")} {begun.Text("total")} pipelines",
                async show =>
                {
                    while (true)
                    {
                        var now = await session.Api.GetAsync($"{Root}/bulk/{CliApi.Part(id)}", token);
                        show(now.Amount("progress.percent"));
                        if (now.Text("state").ToUpperInvariant() is not ("RUNNING" or "UNDOING"))
                        {
                            return now;
                        }
                        await Task.Delay(LookEvery, session.Surroundings.Time, token);
                    }
                }
            );
        }
        Show(session.Screen, bulk);
        return bulk.Amount("progress.refused") + bulk.Amount("progress.kept") == 0;
    }

    private static void Show(CliScreen screen, JsonElement bulk)
    {
        if (screen.IsJson)
        {
            screen.Json(bulk);
            return;
        }
        var isDry = bulk.Text("bulk_id").Length == 0;
        screen.Facts(
            ("bulk_id", isDry ? "none: nothing was done" : bulk.Text("bulk_id")),
            ("action", bulk.Text("action")),
            ("state", bulk.Text("state")),
            ("pipelines", bulk.Text("total")),
            ("left alone", bulk.Text("untouched")),
            ("pending", bulk.Text("progress.pending")),
            ("done", bulk.Text("progress.done")),
            ("refused", bulk.Text("progress.refused")),
            ("undone", bulk.Text("progress.undone")),
            ("kept", bulk.Text("progress.kept"))
        );
        Table(
            screen,
            bulk,
            "first",
            "the first of them",
            row =>
                $"{row.Text("provider")}/{row.Text("domain")}/{row.Text("pipeline_template")} {row.Text("pipeline_name")}"
        );
        Table(screen, bulk, "exceptions", "not done", row => $"{row.Text("state")} {row.Text("detail")}");
    }

    private static void Table(
        CliScreen screen,
        JsonElement bulk,
        string field,
        string title,
        Func<JsonElement, string> tell
    )
    {
        if (bulk.Entries(field).Any())
        {
            screen.Line("");
            screen.Table(
                ["config_id", "customer", title],
                bulk.Entries(field).Select(row => new[] { row.Text("config_id"), row.Text("customer_id"), tell(row) }),
                ""
            );
        }
    }
}
