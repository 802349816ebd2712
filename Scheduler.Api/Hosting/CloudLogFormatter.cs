using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Scheduler.Api.Hosting;

/// <summary>One JSON object a line with the names that Google Cloud Logging reads: severity, message, timestamp.</summary>
internal sealed class CloudLogFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "cloud";

    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteString("severity", Severity(logEntry.LogLevel));
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            json.WriteString("timestamp", time.GetUtcNow());
            json.WriteString("logger", logEntry.Category);
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }
            scopeProvider?.ForEachScope(static (scope, writer) => WriteScope(scope, writer), json);
            json.WriteEndObject();
        }
        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>Our own scope only: those of the framework repeat the request's path, query string included.</summary>
    private static void WriteScope(object? scope, Utf8JsonWriter json)
    {
        if (scope is KeyValuePair<string, object>[] values)
        {
            foreach (var (name, value) in values)
            {
                json.WriteString(name, value.ToString());
            }
        }
    }

    private static string Severity(LogLevel level) =>
        level switch
        {
            LogLevel.Trace or LogLevel.Debug => "DEBUG",
            LogLevel.Information => "INFO",
            LogLevel.Warning => "WARNING",
            LogLevel.Error => "ERROR",
            LogLevel.Critical => "CRITICAL",
            _ => "DEFAULT",
        };
}
