using System.CommandLine;

namespace Scheduler.Api.Commands.Cli;

/// <summary>Makes commands: words, what they take, what they do.</summary>
internal static class CliCommand
{
    /// <param name="act">Returns whether all went well.</param>
    public static Command Of(
        CliSurroundings surroundings,
        string name,
        string description,
        IEnumerable<Symbol> takes,
        Func<CliSession, CancellationToken, Task<bool>> act
    )
    {
        var command = Group(name, description, takes);
        command.SetAction(
            async (asked, token) =>
            {
                try
                {
                    using var session = CliSession.Open(asked, surroundings);
                    return await act(session, token) ? 0 : CliFailure.Refused;
                }
                catch (CliFailure failure)
                {
                    await surroundings.Error.WriteLineAsync(
                        string.Join('\n', failure.Message.Split('\n').Select(JsonFields.Plain))
                    );
                    return failure.ExitCode;
                }
                catch (Exception failure) when (failure is HttpRequestException or IOException)
                {
                    await surroundings.Error.WriteLineAsync($"The connection to the API broke: {failure.Message}");
                    return CliFailure.Refused;
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                    await surroundings.Error.WriteLineAsync("Stopped.");
                    return CliFailure.Refused;
                }
            }
        );
        return command;
    }

    /// <summary>The same for one that shows an answer and is done.</summary>
    public static Command Of(
        CliSurroundings surroundings,
        string name,
        string description,
        IEnumerable<Symbol> takes,
        Func<CliSession, CancellationToken, Task> act
    ) =>
        Of(
            surroundings,
            name,
            description,
            takes,
            async (session, token) =>
            {
                await act(session, token);
                return true;
            }
        );

    /// <summary>A word that others stand below.</summary>
    public static Command Group(string name, string description, params IEnumerable<Symbol> members)
    {
        var command = new Command(name, description);
        foreach (var member in members)
        {
            switch (member)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
                case Command below:
                    command.Subcommands.Add(below);
                    break;
            }
        }
        return command;
    }
}
