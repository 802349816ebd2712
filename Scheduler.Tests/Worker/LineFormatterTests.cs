using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Worker;

namespace Scheduler.Tests.Worker;

public sealed class LineFormatterTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2025, 6, 2, 14, 2, 7, 120, TimeSpan.Zero));

    [Test]
    public void Text_is_time_level_message() =>
        Assert.That(
            Write(new TextLineFormatter(time), "run r1 completed"),
            Is.EqualTo("14:02:07.120 info  run r1 completed\n")
        );

    [TestCase("a\nb")]
    [TestCase("a\r\n\r\nb")]
    public void A_message_cannot_forge_a_second_line(string message) =>
        Assert.That(Write(new TextLineFormatter(time), message), Is.EqualTo("14:02:07.120 info  a | b\n"));

    [Test]
    public void Control_characters_do_not_reach_the_terminal() =>
        Assert.That(Write(new TextLineFormatter(time), "a\u001b[31mb"), Is.EqualTo("14:02:07.120 info  a [31mb\n"));

    [Test]
    public void An_exception_stays_on_the_line()
    {
        var line = Write(new TextLineFormatter(time), "oops", new InvalidOperationException("x\ny"));

        Assert.That(line, Does.EndWith(" info  oops | System.InvalidOperationException: x | y\n"));
    }

    private static string Write(ConsoleFormatter formatter, string message, Exception? exception = null)
    {
        using var writer = new StringWriter();
        var state = new Dictionary<string, object?> { ["RunId"] = "r1", ["{OriginalFormat}"] = "…" };
        formatter.Write(
            new LogEntry<Dictionary<string, object?>>(
                LogLevel.Information,
                "c",
                0,
                state,
                exception,
                (_, _) => message
            ),
            null,
            writer
        );
        return writer.ToString();
    }
}
