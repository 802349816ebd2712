using NodaTime.Text;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Normalise;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines.Normalise;

public sealed class ConversionsTests
{
    [TestCase("2026-01-31", "2026-01-31")]
    [TestCase("2026-01-31T23:59:59Z", "2026-01-31")]
    [TestCase("2026-01-31 23:59:59", "2026-01-31")]
    [TestCase("2026-01-31T23:30:00-01:00", "2026-02-01")]
    [TestCase("2026-01-31T00:30:00.123+01:00", "2026-01-30")]
    [TestCase("2026-01-31 00:00:00+00", "2026-01-31")]
    [TestCase("2026-01-31 00:00:00 UTC", "2026-01-31")]
    [TestCase("2026-02-30", null)]
    [TestCase("31/01/2026", null)]
    [TestCase("", null)]
    public void Date(string text, string? day) => Assert.That(Day(Conversion.Date, text), Is.EqualTo(day));

    [TestCase("20260131", "2026-01-31")]
    [TestCase("20260231", null)]
    [TestCase("2026-01-31", null)]
    public void Date_yyyymmdd(string text, string? day) =>
        Assert.That(Day(Conversion.DateYyyymmdd, text), Is.EqualTo(day));

    [TestCase("0", "1970-01-01")]
    [TestCase("1736616660", "2025-01-11")]
    [TestCase("-1", "1969-12-31")]
    [TestCase("1e9", null)]
    [TestCase("999999999999999", null)]
    public void Unix_date(string text, string? day) => Assert.That(Day(Conversion.UnixDate, text), Is.EqualTo(day));

    [TestCase("0.00000000150", "0.00000000150")]
    [TestCase("-1.6E-5", "-0.000016")]
    [TestCase("+7", "7")]
    [TestCase("79228162514264337593543950335", "79228162514264337593543950335")]
    [TestCase("79228162514264337593543950336", null)]
    [TestCase("1,000.00", null)]
    [TestCase("$1", null)]
    [TestCase("NaN", null)]
    public void Decimal(string text, string? number) =>
        Assert.That(Conversions.Decimal(text)?.ToString(), Is.EqualTo(number));

    [TestCase("""{"b":1.10,"a":"ü"}""", """{"a":"ü","b":1.10}""")]
    [TestCase("[2,1]", "[2,1]")]
    [TestCase("{a:1}", null)]
    [TestCase("""{"a":1,"a":2}""", null)]
    public void Json(string text, string? json) => Assert.That(Conversions.Json(text), Is.EqualTo(json));

    [Test]
    public void Upper_lower_const_map_default_and_scale()
    {
        var map = new Dictionary<string, string> { ["tax"] = "Tax" };
        var rule = new ColumnRule { Target = "x", From = "y" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value(rule with { As = Conversion.Upper }, "usd"), Is.EqualTo("USD"));
            Assert.That(Value(rule with { As = Conversion.Lower }, "USD"), Is.EqualTo("usd"));
            Assert.That(Value(new ColumnRule { Target = "x", Const = "c" }, null), Is.EqualTo("c"));
            Assert.That(Value(rule with { Map = map }, "tax"), Is.EqualTo("Tax"));
            Assert.That(Value(rule with { Map = map, Default = "Usage" }, "other"), Is.EqualTo("Usage"));
            Assert.That(Value(rule with { Map = map }, "other"), Is.EqualTo("misfit"));
            Assert.That(Value(rule with { Default = "d" }, null), Is.EqualTo("d"));
            Assert.That(Value(rule with { Default = "d" }, "given"), Is.EqualTo("given"));
            Assert.That(Value(rule, null), Is.Null);
            Assert.That(Value(rule with { As = Conversion.Decimal, Scale = 0.01m }, "123.45"), Is.EqualTo(1.2345m));
            Assert.That(Value(rule with { As = Conversion.Decimal, Default = "0" }, ""), Is.Zero);
            Assert.That(Value(rule with { As = Conversion.Decimal }, "abc"), Is.EqualTo("misfit"));
        }
    }

    [Test]
    public void A_line_hash_tells_null_from_empty_and_does_not_run_parts_together()
    {
        string[] hashes =
        [
            LineHash.Of("ab", "c"),
            LineHash.Of("a", "bc"),
            LineHash.Of("abc", ""),
            LineHash.Of("abc", null),
        ];

        Assert.That(hashes, Is.Unique.And.All.Matches("^[0-9a-f]{64}$"));
        Assert.That(LineHash.Of("ab", "c"), Is.EqualTo(hashes[0]));
    }

    private static string? Day(Conversion conversion, string text)
    {
        var value = ColumnValue.Of(
            new ColumnRule
            {
                Target = "x",
                From = "y",
                As = conversion,
            },
            text,
            out _
        );
        return value is NodaTime.LocalDate day ? LocalDatePattern.Iso.Format(day) : null;
    }

    private static object? Value(ColumnRule rule, string? cell)
    {
        var value = ColumnValue.Of(rule, cell, out var misfit);
        return misfit ? "misfit" : value;
    }
}
