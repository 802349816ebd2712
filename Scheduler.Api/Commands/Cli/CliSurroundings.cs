namespace Scheduler.Api.Commands.Cli;

/// <summary>What a command meets outside of itself.</summary>
internal sealed record CliSurroundings
{
    public required TextWriter Output { get; init; }
    public required TextWriter Error { get; init; }

    /// <summary>Reads a variable of the environment.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The standard input, for files that are given as <c>-</c>.</summary>
    public required Func<Stream> Input { get; init; }

    /// <summary>What calls go through; null for the network.</summary>
    public HttpMessageHandler? Handler { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether the output is for eyes: colours, and bars on what takes long.</summary>
    public bool IsTerminal { get; init; }

    public static CliSurroundings OfProcess() =>
        new()
        {
            Output = Console.Out,
            Error = Console.Error,
            Variable = Environment.GetEnvironmentVariable,
            Input = Console.OpenStandardInput,
            IsTerminal =
                !Console.IsOutputRedirected
                && !Console.IsErrorRedirected
                // https://no-color.org: whatever its value.
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        };
}
