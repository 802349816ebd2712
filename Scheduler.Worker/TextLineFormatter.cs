using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Scheduler.Worker;

/// <summary>A line for people: <c>14:02:07.120 info  message</c>, time in UTC.</summary>
internal sealed class TextLineFormatter(TimeProvider time) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "text-line";

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetUtcNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(OneLine(message));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(" | ");
            textWriter.Write(OneLine(exception.ToString()));
        }
        textWriter.Write('\n');
    }

    private static string Level(LogLevel level) =>
        level switch
        {
            LogLevel.Trace => "trace ",
            LogLevel.Debug => "debug ",
            LogLevel.Information => "info  ",
            LogLevel.Warning => "warn  ",
            LogLevel.Error => "error ",
            _ => "crit  ",
        };

    // Text of others (an error message of a pipeline) must not be able to forge a line of its own.
    private static string OneLine(string text) =>
        text.Any(char.IsControl)
            ? string.Join(
                " | ",
                text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(line => new string([.. line.Select(letter => char.IsControl(letter) ? ' ' : letter)]))
            )
            : text;
}
