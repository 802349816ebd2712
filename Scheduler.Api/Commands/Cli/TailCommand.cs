using System.CommandLine;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary><c>tail</c>: a line whenever a run of a customer changes its state, until it is stopped.</summary>
internal static class TailCommand
{
    // What a look sees; more runs than that within an interval are told late or not at all.
    private const int Looked = 200;

    public static Command Of(CliSurroundings surroundings)
    {
        var state = CliOptions.Text("--state", "Only runs in this state.");
        var lines = new Option<int>("--lines")
        {
            Description = "So many of the past at first.",
            DefaultValueFactory = _ => 10,
        };
        var interval = new Option<double>("--interval")
        {
            Description = "Seconds between two looks.",
            DefaultValueFactory = _ => 2,
        };
        interval.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<double>() is not (>= 0.2 and <= 3_600))
            {
                given.AddError("--interval must be from 0.2 to 3600 seconds.");
            }
        });
        return CliCommand.Of(
            surroundings,
            "tail",
            "Follows a customer's runs; Ctrl-C ends it.",
            [CliOptions.Customer, state, lines, interval],
            async (session, token) =>
            {
                var seen = new Dictionary<string, string>();
                var told = session.Value(lines);
                var pause = TimeSpan.FromSeconds(session.Value(interval));
                try
                {
                    while (true)
                    {
                        var runs = await session.Api.ListAsync(
                            $"{session.CustomerPath}/runs",
                            [("state", session.Value(state))],
                            Looked,
                            token
                        );
                        var changed = Changed(seen, runs);
                        foreach (var run in changed.TakeLast(told))
                        {
                            Tell(session.Screen, run);
                        }
                        told = int.MaxValue;
                        await Task.Delay(pause, session.Surroundings.Time, token);
                    }
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                    // That is how it ends.
                }
            }
        );
    }

    /// <summary>Runs that are in another state than at the look before, in the order of their changes; then remembers this look.</summary>
    internal static IReadOnlyList<JsonElement> Changed(Dictionary<string, string> seen, IReadOnlyList<JsonElement> runs)
    {
        var changed = runs.Where(run => seen.GetValueOrDefault(run.Text("run_id")) != run.Text("state"))
            .OrderBy(run => run.Text("updated_at"), StringComparer.Ordinal)
            .ToList();
        // Runs that have left the list are forgotten with it.
        seen.Clear();
        foreach (var run in runs)
        {
            seen[run.Text("run_id")] = run.Text("state");
        }
        return changed;
    }

    private static void Tell(CliScreen screen, JsonElement run)
    {
        if (screen.IsJson)
        {
            screen.Json(run);
            return;
        }
        var why = run.Text("reason") is { Length: > 0 } reason ? reason : run.Text("error_type");
        screen.Line(
            $"{run.Time("updated_at")}  {run.Text("state"), -9}  {run.Text("pipeline_template"), -16}  {run.Text("run_id")}  due {run.Time("scheduled_time")}  {why}".TrimEnd()
        );
    }
}
