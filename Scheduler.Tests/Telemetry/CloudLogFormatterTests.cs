using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Telemetry;

namespace Scheduler.Tests.Telemetry;

/// <summary>The lines of API and worker, as Cloud Logging and Error Reporting read them.</summary>
public sealed class CloudLogFormatterTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 8, 7, 0, 0, TimeSpan.Zero));
    private readonly LoggerExternalScopeProvider scopes = new();

    [Test]
    public void A_line_is_one_json_object_with_the_names_of_the_log_service()
    {
        scopes.Push(new KeyValuePair<string, object>[] { new("request_id", "r1") });
        scopes.Push("RequestPath:/x?token=canary");

        var line = Write(LogLevel.Warning, "two\nlines", new InvalidOperationException("why"));

        var json = JsonDocument.Parse(line).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(line.TrimEnd(), Does.Not.Contain("\n").And.Not.Contain("canary"));
            Assert.That(json.GetProperty("severity").GetString(), Is.EqualTo("WARNING"));
            Assert.That(json.GetProperty("message").GetString(), Is.EqualTo("two\nlines"));
            Assert.That(json.GetProperty("time").GetDateTimeOffset(), Is.EqualTo(time.GetUtcNow()));
            Assert.That(Labels(json).GetProperty("request_id").GetString(), Is.EqualTo("r1"));
            Assert.That(json.GetProperty("fields").GetProperty("RunId").GetString(), Is.EqualTo("r9"));
            Assert.That(json.GetProperty("stack_trace").GetString(), Does.Contain("why"));
            Assert.That(json.TryGetProperty("serviceContext", out _), Is.False, "a warning is no error to report");
        }
    }

    [TestCase(LogLevel.Error, "ERROR")]
    [TestCase(LogLevel.Critical, "CRITICAL")]
    public void An_error_says_whose_it_is_so_that_it_is_reported(LogLevel level, string severity)
    {
        var json = JsonDocument.Parse(Write(level, "it broke", exception: null)).RootElement;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.GetProperty("severity").GetString(), Is.EqualTo(severity));
            Assert.That(json.GetProperty("@type").GetString(), Does.EndWith("ReportedErrorEvent"));
            Assert.That(
                json.GetProperty("serviceContext").GetProperty("service").GetString(),
                Is.EqualTo("scheduler-api")
            );
        }
    }

    [TestCase(null, Trace)]
    [TestCase("my-project", $"projects/my-project/traces/{Trace}")]
    public void A_line_about_a_run_is_in_the_runs_trace(string? project, string expected)
    {
        scopes.Push(
            new KeyValuePair<string, object>[]
            {
                new("run_id", "r1"),
                new("customer_id", "acme"),
                new("traceparent", $"00-{Trace}-00f067aa0ba902b7-00"),
            }
        );

        var json = JsonDocument.Parse(Write(LogLevel.Information, "done", null, project)).RootElement;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.GetProperty("logging.googleapis.com/trace").GetString(), Is.EqualTo(expected));
            Assert.That(json.TryGetProperty("logging.googleapis.com/spanId", out _), Is.False, "nobody records");
            Assert.That(Labels(json).GetProperty("run_id").GetString(), Is.EqualTo("r1"));
            Assert.That(Labels(json).GetProperty("customer_id").GetString(), Is.EqualTo("acme"));
            Assert.That(Labels(json).TryGetProperty("traceparent", out _), Is.False);
        }
    }

    [Test]
    public void A_line_within_a_recorded_span_names_it()
    {
        using var activity = new Activity("attempt");
        activity.SetParentId(
            ActivityTraceId.CreateFromString(Trace),
            ActivitySpanId.CreateRandom(),
            ActivityTraceFlags.Recorded
        );
        activity.Start();

        var json = JsonDocument.Parse(Write(LogLevel.Information, "done", null)).RootElement;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.GetProperty("logging.googleapis.com/trace").GetString(), Is.EqualTo(Trace));
            Assert.That(
                json.GetProperty("logging.googleapis.com/spanId").GetString(),
                Is.EqualTo(activity.SpanId.ToHexString())
            );
            Assert.That(json.GetProperty("logging.googleapis.com/trace_sampled").GetBoolean(), Is.True);
        }
    }

    [Test]
    public void A_request_is_shown_as_one()
    {
        var request = new RequestLine("GET", "/health/live", 200, TimeSpan.FromMilliseconds(12.5), "nobody");

        var json = JsonDocument
            .Parse(
                Write(new LogEntry<RequestLine>(LogLevel.Information, "c", 1, request, null, (line, _) => $"{line}"))
            )
            .RootElement;

        var shown = json.GetProperty("httpRequest");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.GetProperty("message").GetString(), Is.EqualTo("GET /health/live 200 12.5 ms, nobody"));
            Assert.That(shown.GetProperty("requestMethod").GetString(), Is.EqualTo("GET"));
            Assert.That(shown.GetProperty("requestUrl").GetString(), Is.EqualTo("/health/live"));
            Assert.That(shown.GetProperty("status").GetInt32(), Is.EqualTo(200));
            Assert.That(shown.GetProperty("latency").GetString(), Is.EqualTo("0.0125s"));
        }
    }

    private static JsonElement Labels(JsonElement line) => line.GetProperty("logging.googleapis.com/labels");

    private string Write(LogLevel level, string message, Exception? exception, string? project = null)
    {
        var state = new Dictionary<string, object?> { ["RunId"] = "r9", ["{OriginalFormat}"] = "…" };
        return Write(
            new LogEntry<Dictionary<string, object?>>(level, "Scheduler", 7, state, exception, (_, _) => message),
            project
        );
    }

    private string Write<TState>(LogEntry<TState> entry, string? project = null)
    {
        using var text = new StringWriter();
        new CloudLogFormatter(time, new LogIdentity("scheduler-api", project)).Write(entry, scopes, text);
        return text.ToString();
    }
}
