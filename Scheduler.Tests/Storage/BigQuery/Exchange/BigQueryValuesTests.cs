using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>How arguments become typed parameters.</summary>
internal sealed class BigQueryValuesTests
{
    private const string RowsType =
        "array<struct<run_id string, at timestamp, attempt int64, ok bool, day date, state string>>";

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [TestCase("0001-01-01 00:00:00.000000+00", -62_135_596_800_000_000)]
    [TestCase("1969-12-31 23:59:59.999999+00", -1)]
    [TestCase("2026-11-24 07:00:00.123457+00", 1_795_503_600_123_457)]
    [TestCase("9999-12-31 23:59:59.999999+00", 253_402_300_799_999_999)]
    public void Instants_travel_to_the_microsecond(string text, long micros)
    {
        var instant = Microseconds.FromMicroseconds(micros);

        Assert.That(
            Value("timestamp", new SqlArguments().With("a", instant)),
            Is.EqualTo($$"""{"value":"{{text}}"}""")
        );
    }

    [Test]
    public void Each_type_of_value_is_written_as_BigQuery_reads_it()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Value("string", new SqlArguments().With("a", "é ' \\ \n")),
                Is.EqualTo("""{"value":"é ' \\ \n"}""")
            );
            Assert.That(
                Value("int64", new SqlArguments().With("a", long.MinValue)),
                Is.EqualTo("""{"value":"-9223372036854775808"}""")
            );
            Assert.That(Value("bool", new SqlArguments().With("a", true)), Is.EqualTo("""{"value":"TRUE"}"""));
            Assert.That(
                Value("bytes", new SqlArguments().With("a", new byte[] { 255, 0 })),
                Is.EqualTo("""{"value":"/wA="}""")
            );
            Assert.That(
                Value("date", new SqlArguments().With("a", new LocalDate(2026, 3, 2))),
                Is.EqualTo("""{"value":"2026-03-02"}""")
            );
        }
    }

    [Test]
    public void A_null_is_a_value_without_text_that_keeps_its_type()
    {
        var sent = Parameter("timestamp", new SqlArguments().With("a", (Instant?)null));

        Assert.That(sent, Is.EqualTo("""{"name":"a","parameterType":{"type":"TIMESTAMP"},"parameterValue":{}}"""));
    }

    [Test]
    public void A_list_of_records_is_an_array_of_structs_in_the_declared_order()
    {
        var rows = new[]
        {
            new Sent(RunState.Completed, "r1", Instant.FromUtc(2026, 3, 2, 10, 0), 2, true, new LocalDate(2026, 3, 2)),
            new Sent(null, "r2", null, null, false, null),
        };

        var sent = JsonDocument.Parse(Parameter(RowsType, new SqlArguments().WithRows("a", rows))).RootElement;

        var fields = sent.GetProperty("parameterType").GetProperty("arrayType").GetProperty("structTypes");
        var values = sent.GetProperty("parameterValue").GetProperty("arrayValues");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                fields.EnumerateArray().Select(field => field.GetProperty("name").GetString()),
                Is.EqualTo(new[] { "run_id", "at", "attempt", "ok", "day", "state" })
            );
            Assert.That(
                values[0].GetProperty("structValues").GetRawText(),
                Is.EqualTo(
                    """{"run_id":{"value":"r1"},"at":{"value":"2026-03-02 10:00:00.000000+00"},"attempt":{"value":"2"},"ok":{"value":"TRUE"},"day":{"value":"2026-03-02"},"state":{"value":"COMPLETED"}}"""
                )
            );
            Assert.That(
                values[1].GetProperty("structValues").GetRawText(),
                Is.EqualTo(
                    """{"run_id":{"value":"r2"},"at":{},"attempt":{},"ok":{"value":"FALSE"},"day":{},"state":{}}"""
                )
            );
        }
    }

    [Test]
    public void An_empty_list_keeps_its_type_and_its_property()
    {
        var sent = Parameter("array<struct<run_id string>>", new SqlArguments().WithRows("a", Array.Empty<Key>()));

        Assert.That(
            sent,
            Is.EqualTo(
                """{"name":"a","parameterType":{"type":"ARRAY","arrayType":{"type":"STRUCT","structTypes":[{"name":"run_id","type":{"type":"STRING"}}]}},"parameterValue":{"arrayValues":[]}}"""
            )
        );
    }

    [Test]
    public void What_is_given_must_be_what_the_script_declares()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Parameter("int64", new SqlArguments().With("a", "1")),
                Throws.ArgumentException.With.Message.EqualTo("'a' is declared as INT64 and given as something else.")
            );
            Assert.That(
                () => Parameter("int64", new SqlArguments().With("b", 1)),
                Throws.ArgumentException.With.Message.EqualTo("The script s declares no parameter 'b'.")
            );
            Assert.That(
                () => Parameter("int64", new SqlArguments()),
                Throws.ArgumentException.With.Message.EqualTo("The script s is given no 'a'.")
            );
            Assert.That(
                () => Parameter("array<struct<id string>>", new SqlArguments().WithRows("a", [new Key("r1")])),
                Throws.ArgumentException.With.Message.EqualTo("'a' declares no field 'run_id'.")
            );
            Assert.That(
                () => Parameter("array<struct<run_id int64>>", new SqlArguments().WithRows("a", [new Key("r1")])),
                Throws.ArgumentException.With.Message.EqualTo(
                    "'a.run_id' is declared as INT64 and given as something else."
                )
            );
        }
    }

    [TestCase("array<string")]
    [TestCase("struct<>")]
    [TestCase("")]
    [TestCase("int64 x")]
    public void What_is_no_type_is_refused(string text) =>
        Assert.That(() => BigQueryType.Parse(text), Throws.TypeOf<FormatException>());

    private static string Value(string type, SqlArguments arguments) =>
        JsonDocument.Parse(Parameter(type, arguments)).RootElement.GetProperty("parameterValue").GetRawText();

    private static string Parameter(string type, SqlArguments arguments)
    {
        var statement = new SqlStatement("s", "select 1", false, false, [new SqlParameter("a", type)]);
        return BigQueryValues.ToParameters(statement, arguments)[0]!.ToJsonString(Plain);
    }

    private sealed record Key(string RunId);

    private sealed record Sent(RunState? State, string RunId, Instant? At, int? Attempt, bool Ok, LocalDate? Day);
}
