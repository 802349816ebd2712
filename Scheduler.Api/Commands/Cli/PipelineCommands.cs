using System.CommandLine;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>pipelines</c>, <c>run-now</c>, <c>pause</c> and <c>resume</c>.</summary>
internal static class PipelineCommands
{
    private const int MostOfOne = 100_000;

    public static IEnumerable<Command> Of(CliSurroundings surroundings)
    {
        var pipeline = CliOptions.Id("config_id", "The pipeline.");
        yield return CliCommand.Group(
            "pipelines",
            "Pipelines: which there are, what one is, why it does not run.",
            List(surroundings),
            CliCommand.Of(surroundings, "show", "One pipeline.", [pipeline, CliOptions.Customer], ShowAsync),
            CliCommand.Of(
                surroundings,
                "why",
                "Why a pipeline does not run now.",
                [pipeline, CliOptions.Customer],
                WhyAsync
            )
        );
        yield return CliCommand.Of(
            surroundings,
            "run-now",
            "Runs a pipeline beside its schedule.",
            [pipeline, CliOptions.Customer, CliOptions.IdempotencyKey],
            async (session, token) =>
            {
                var path = $"{session.CustomerPath}/pipelines/{CliApi.Part(session.Value(pipeline))}/run-now";
                RunCommands.Tell(
                    session.Screen,
                    await session.Api.PostAsync(path, null, token, RunCommands.Asked(session))
                );
            }
        );
        var until = CliOptions.Text("--until", "When it goes on by itself, RFC 3339.");
        yield return CliCommand.Of(
            surroundings,
            "pause",
            "Holds a pipeline.",
            [pipeline, CliOptions.Customer, CliOptions.Reason, until],
            async (session, token) =>
            {
                var path = $"{session.CustomerPath}/pipelines/{CliApi.Part(session.Value(pipeline))}/pause";
                var body = new Dictionary<string, object?> { ["reason"] = Reason(session) };
                if (session.Value(until) is { } time)
                {
                    body["until"] = time;
                }
                Tell(session, await session.Api.PostAsync(path, body, token));
            }
        );
        yield return CliCommand.Of(
            surroundings,
            "resume",
            "Ends the pause of a pipeline.",
            [pipeline, CliOptions.Customer],
            async (session, token) =>
            {
                var path = $"{session.CustomerPath}/pipelines/{CliApi.Part(session.Value(pipeline))}/resume";
                Tell(session, await session.Api.PostAsync(path, null, token));
            }
        );

        async Task ShowAsync(CliSession session, CancellationToken token)
        {
            // There is no call for one; a customer has a thousand at most by default.
            var all = await session.Api.ListAsync($"{session.CustomerPath}/pipelines", [], MostOfOne, token);
            var id = session.Value(pipeline);
            var found = all.FirstOrDefault(entry => entry.Text("config_id") == id);
            if (found.ValueKind == JsonValueKind.Undefined)
            {
                throw new CliFailure($"{session.Customer} has no pipeline {id}.");
            }
            Tell(session, found);
        }

        async Task WhyAsync(CliSession session, CancellationToken token)
        {
            var path = $"{session.CustomerPath}/pipelines/{CliApi.Part(session.Value(pipeline))}/why";
            var why = await session.Api.GetAsync(path, token);
            if (session.Screen.IsJson)
            {
                session.Screen.Json(why);
                return;
            }
            session.Screen.Facts([
                ("reason", why.Text("reason")),
                ("message", why.Text("message")),
                ("until", why.Time("until")),
                .. why.Entries("warnings").Select(warning => ("warning", JsonFields.Plain(warning.GetString() ?? ""))),
                ("next run", why.Time("next_run_time")),
                ("open run", why.Text("open_run.run_id")),
                ("which waits", why.Text("open_run_why.message")),
                ("last run", $"{why.Text("last_run.state")} {why.Time("last_run.actual_end_time")}".Trim()),
            ]);
        }
    }

    /// <exception cref="CliFailure">There is none.</exception>
    public static string Reason(CliSession session) =>
        session.Value(CliOptions.Reason) ?? throw new CliFailure("Say why: --reason <text>.", CliFailure.Misused);

    private static Command List(CliSurroundings surroundings)
    {
        var search = CliOptions.Text("--search", "A part of the customer, the company, the template or the name.");
        var provider = CliOptions.Text("--provider", "In upper case: AWS.");
        var state = CliOptions.Text("--state", "off, paused, failing or active.");
        return CliCommand.Of(
            surroundings,
            "list",
            "A customer's pipelines; without one, those of all customers.",
            [CliOptions.Customer, search, provider, state, CliOptions.Limit],
            async (session, token) =>
            {
                var isOfOne = session.CustomerOrAll is not null;
                if (isOfOne && (session.Value(search) ?? session.Value(provider) ?? session.Value(state)) is not null)
                {
                    throw new CliFailure(
                        "--search, --provider and --state look over all customers: leave --customer out.",
                        CliFailure.Misused
                    );
                }
                var rows = isOfOne
                    ? await session.Api.ListAsync(
                        $"{session.CustomerPath}/pipelines",
                        [],
                        session.Value(CliOptions.Limit),
                        token
                    )
                    : await session.Api.ListAsync(
                        "/api/v1/scheduler/pipelines",
                        [
                            ("search", session.Value(search)),
                            ("provider", session.Value(provider)),
                            ("state", session.Value(state)),
                        ],
                        session.Value(CliOptions.Limit),
                        token
                    );
                Show(session, rows);
            }
        );
    }

    private static void Show(CliSession session, IReadOnlyList<JsonElement> rows)
    {
        var screen = session.Screen;
        if (screen.IsJson)
        {
            screen.Json(rows);
            return;
        }
        screen.Table(
            ["config_id", "customer", "pipeline", "name", "state", "schedule", "zone", "next run", "last run"],
            rows.Select(row =>
                new[]
                {
                    row.Text("config_id"),
                    row.Text("customer_id"),
                    $"{row.Text("provider")}/{row.Text("domain")}/{row.Text("pipeline_template")}",
                    row.Text("pipeline_name"),
                    State(session, row),
                    row.Text("schedule_cron"),
                    row.Text("timezone"),
                    row.Time("next_run_time"),
                    row.Text("last_run_status"),
                }
            ),
            "No pipelines."
        );
    }

    private static void Tell(CliSession session, JsonElement pipeline)
    {
        var screen = session.Screen;
        if (screen.IsJson)
        {
            screen.Json(pipeline);
            return;
        }
        screen.Facts(
            ("config_id", pipeline.Text("config_id")),
            ("customer", pipeline.Text("customer_id")),
            ("pipeline", $"{pipeline.Text("provider")}/{pipeline.Text("domain")}/{pipeline.Text("pipeline_template")}"),
            ("name", pipeline.Text("pipeline_name")),
            ("state", State(session, pipeline)),
            ("paused until", pipeline.Time("paused_until")),
            ("because", pipeline.Text("pause_reason")),
            ("schedule", $"{pipeline.Text("schedule_cron")} {pipeline.Text("timezone")}"),
            ("next run", pipeline.Time("next_run_time")),
            ("last run", $"{pipeline.Text("last_run_status")} {pipeline.Time("last_run_time")}".Trim()),
            ("failures in a row", pipeline.Text("consecutive_failures")),
            ("priority", pipeline.Text("priority")),
            (
                "policies",
                $"{pipeline.Text("misfire_policy")}, overlap {pipeline.Text("overlap_policy")}, {pipeline.Text("dst_policy")}"
            ),
            ("spread", pipeline.Seconds("spread_seconds"))
        );
    }

    /// <summary>The operators' list says it; a customer's tells what it follows from.</summary>
    private static string State(CliSession session, JsonElement pipeline) =>
        pipeline.Text("state") is { Length: > 0 } state ? state
        : pipeline.Text("is_active") == "no" ? "off"
        : IsLater(pipeline.Field("paused_until"), session.Surroundings.Time.GetUtcNow()) ? "paused"
        : "active";

    private static bool IsLater(JsonElement instant, DateTimeOffset now) =>
        instant.ValueKind == JsonValueKind.String && instant.TryGetDateTimeOffset(out var at) && at > now;
}
