using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Scheduler.Core.Telemetry;

/// <summary>
/// One JSON object a line, with the names that Google Cloud Logging takes out of it
/// (https://cloud.google.com/logging/docs/structured-logging#special-payload-fields), and for errors those that Error Reporting looks for
/// (https://cloud.google.com/error-reporting/docs/formatting-error-messages).
/// </summary>
/// <param name="identity">What errors are filed under.</param>
public sealed class CloudLogFormatter(TimeProvider time, LogIdentity identity) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "cloud";

    private const string Template = "{OriginalFormat}";
    private const string ReportedError =
        "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent";

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var scope = new Scope();
        scopeProvider?.ForEachScope(static (values, scope) => scope.Add(values), scope);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteString("severity", Severity(logEntry.LogLevel));
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            json.WriteString("time", Timestamp());
            json.WriteString("logger", logEntry.Category);
            WriteTrace(json, scope.Traceparent);
            WriteLabels(json, scope.Labels);
            WriteState(json, logEntry.State);
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("stack_trace", exception.ToString());
            }
            if (logEntry.LogLevel >= LogLevel.Error)
            {
                WriteService(json);
            }
            json.WriteEndObject();
        }
        textWriter.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        textWriter.Write('\n');
    }

    private string Timestamp() =>
        time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>The trace of the run where the line is about one, else of the request; the span, where one is being recorded in it.</summary>
    private void WriteTrace(Utf8JsonWriter json, string? traceparent)
    {
        var current = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        var run = RunTrace.Read(traceparent);
        if ((run?.TraceId ?? current?.TraceId) is not { } trace)
        {
            return;
        }
        var digits = trace.ToHexString();
        json.WriteString(
            "logging.googleapis.com/trace",
            identity.Project is { } project ? $"projects/{project}/traces/{digits}" : digits
        );
        if (current is not null && current.TraceId == trace && current.Recorded)
        {
            json.WriteString("logging.googleapis.com/spanId", current.SpanId.ToHexString());
            json.WriteBoolean("logging.googleapis.com/trace_sampled", true);
        }
    }

    private static void WriteLabels(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object>> labels)
    {
        if (labels.Count == 0)
        {
            return;
        }
        json.WriteStartObject("logging.googleapis.com/labels");
        foreach (var (name, value) in labels)
        {
            json.WriteString(name, Text(value));
        }
        json.WriteEndObject();
    }

    /// <summary>What the line is made of; of a request as the log service shows requests.</summary>
    private static void WriteState<TState>(Utf8JsonWriter json, TState state)
    {
        if (state is RequestLine request)
        {
            json.WriteStartObject("httpRequest");
            json.WriteString("requestMethod", request.Method);
            json.WriteString("requestUrl", request.Path);
            json.WriteNumber("status", request.Status);
            json.WriteString(
                "latency",
                string.Create(CultureInfo.InvariantCulture, $"{request.Elapsed.TotalSeconds:0.######}s")
            );
            json.WriteEndObject();
            return;
        }
        if (state is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return;
        }
        json.WriteStartObject("fields");
        foreach (var (name, value) in fields.Where(field => field.Key != Template))
        {
            json.WriteString(name, Text(value));
        }
        json.WriteEndObject();
    }

    private void WriteService(Utf8JsonWriter json)
    {
        json.WriteString("@type", ReportedError);
        json.WriteStartObject("serviceContext");
        json.WriteString("service", identity.Service);
        json.WriteString("version", identity.Version);
        json.WriteEndObject();
    }

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);

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

    /// <summary>Our own scopes only: those of the framework repeat the request's path, query string included.</summary>
    private sealed class Scope
    {
        private readonly List<KeyValuePair<string, object>> labels = [];

        public IReadOnlyList<KeyValuePair<string, object>> Labels => labels;

        public string? Traceparent { get; private set; }

        public void Add(object? values)
        {
            if (values is not KeyValuePair<string, object>[] own)
            {
                return;
            }
            foreach (var pair in own)
            {
                if (pair.Key == RunScope.Traceparent)
                {
                    Traceparent = pair.Value.ToString();
                }
                else
                {
                    labels.RemoveAll(label => label.Key == pair.Key);
                    labels.Add(pair);
                }
            }
        }
    }
}
