using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Api.Hosting;

namespace Scheduler.Tests.Api;

public sealed class CloudLogFormatterTests
{
    [Test]
    public void A_line_is_one_json_object_with_the_names_of_the_log_service()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 8, 7, 0, 0, TimeSpan.Zero));
        var scopes = new LoggerExternalScopeProvider();
        scopes.Push(new KeyValuePair<string, object>[] { new("request_id", "r1") });
        scopes.Push("RequestPath:/x?token=canary");
        using var text = new StringWriter();

        new CloudLogFormatter(time).Write(
            new LogEntry<string>(
                LogLevel.Warning,
                "Scheduler",
                7,
                "two\nlines",
                new InvalidOperationException("why"),
                Format
            ),
            scopes,
            text
        );

        var line = text.ToString();
        var json = JsonDocument.Parse(line).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(line.TrimEnd(), Does.Not.Contain("\n").And.Not.Contain("canary"));
            Assert.That(json.GetProperty("severity").GetString(), Is.EqualTo("WARNING"));
            Assert.That(json.GetProperty("message").GetString(), Is.EqualTo("two\nlines"));
            Assert.That(json.GetProperty("timestamp").GetDateTimeOffset(), Is.EqualTo(time.GetUtcNow()));
            Assert.That(json.GetProperty("request_id").GetString(), Is.EqualTo("r1"));
            Assert.That(json.GetProperty("exception").GetString(), Does.Contain("why"));
        }
    }

    private static string Format(string state, Exception? exception) => state;
}
