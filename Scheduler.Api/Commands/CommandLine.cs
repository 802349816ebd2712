using Scheduler.Api.Commands.Cli;

namespace Scheduler.Api.Commands;

/// <summary>What the process was asked to do besides serving: the first word of the arguments, unless that is an option.</summary>
internal static class CommandLine
{
    /// <summary>One line that names every command.</summary>
    public static readonly string Usage =
        $"Commands: {SchedulerCli.Usage}; tour; rewrap [--new-key]; customers purge <id> [--confirm]; audit verify [--customer <id>] [--head <hash>];"
        + " templates validate <folder>."
        + " Without one the API serves.";

    /// <summary>True for a word that is no command: serving instead would hide the mistake.</summary>
    public static bool IsUnknown(string[] args) =>
        args is [var word, ..]
        && !word.StartsWith('-')
        && word is not ("tour" or "rewrap" or "audit" or "templates")
        && PurgeCommand.Read(args) is null;

    /// <summary>Runs the command that works on a built application; null when none was asked for.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int?> RunAsync(WebApplication app, string[] args)
    {
        if (RewrapCommand.IsAsked(args))
        {
            return await RewrapCommand.RunAsync(app, args);
        }
        return PurgeCommand.Read(args) is { } purge
            ? await purge.RunAsync(app.Services, Console.Out, Console.Error)
            : null;
    }
}
