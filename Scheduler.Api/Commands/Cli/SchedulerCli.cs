using System.CommandLine;

namespace Scheduler.Api.Commands.Cli;

/// <summary>
/// The commands that talk to a running API (docs/cli.md). They read none of the API's settings but the key, and open no store.
/// </summary>
internal static class SchedulerCli
{
    private const string Help = "help";

    private static readonly string[] Words =
    [
        "status",
        "alerts",
        "pipelines",
        "runs",
        "run-now",
        "pause",
        "resume",
        "bulk",
        "backfill",
        "import",
        "preview",
        "forecast",
        "tail",
        Help,
    ];

    /// <summary>The words, for the line that names every command.</summary>
    public static string Usage => string.Join(", ", Words);

    public static bool IsAsked(string[] args) => args is [var word, ..] && Words.Contains(word);

    /// <returns>0 when it is done; 1 when the API refused or failed; 2 when the command is not understood.</returns>
    public static async Task<int> RunAsync(
        string[] args,
        CliSurroundings surroundings,
        CancellationToken cancellationToken = default
    )
    {
        var asked = Commands(surroundings).Parse(args is [Help, .. var rest] ? [.. rest, "--help"] : args);
        if (asked.Errors.Count > 0)
        {
            foreach (var error in asked.Errors)
            {
                await surroundings.Error.WriteLineAsync(error.Message);
            }
            await surroundings.Error.WriteLineAsync($"See: {string.Join(' ', args.Take(1))} --help");
            return CliFailure.Misused;
        }
        return await asked.InvokeAsync(
            new InvocationConfiguration { Output = surroundings.Output, Error = surroundings.Error },
            cancellationToken
        );
    }

    private static RootCommand Commands(CliSurroundings surroundings)
    {
        var root = new RootCommand("Talks to a running Scheduler.");
        root.Options.Add(CliOptions.Url);
        root.Options.Add(CliOptions.KeyFile);
        root.Options.Add(CliOptions.Json);
        Command[] commands =
        [
            .. StatusCommands.Of(surroundings),
            .. PipelineCommands.Of(surroundings),
            .. RunCommands.Of(surroundings),
            BulkCommands.Of(surroundings),
            BackfillCommands.Of(surroundings),
            ImportCommand.Of(surroundings),
            .. ScheduleCommands.Of(surroundings),
            TailCommand.Of(surroundings),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }
        return root;
    }
}
