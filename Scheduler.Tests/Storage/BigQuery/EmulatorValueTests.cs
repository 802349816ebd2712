using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>Values on their way through the emulator: as a parameter, in a stored row, in a result.</summary>
internal sealed class EmulatorValueTests
{
    private EmulatorCalls calls = null!;

    [SetUp]
    public async Task Start() => calls = await EmulatorCalls.StartAsync();

    [TearDown]
    public async Task Stop()
    {
        // Null where the set-up was left: there is no emulator.
        if (calls is not null)
        {
            await calls.DisposeAsync();
        }
    }

    [TestCase("string", "plain")]
    [TestCase("string", "")]
    [TestCase("string", "O'Brien \"quoted\" \\ back\nline\ttab – ünï 🚀 -- @now op_now `x`")]
    [TestCase("int64", "0")]
    [TestCase("int64", "-9223372036854775808")]
    [TestCase("int64", "9223372036854775807")]
    [TestCase("bool", "true")]
    [TestCase("bool", "false")]
    [TestCase("float64", "0.1")]
    [TestCase("float64", "-1.7976931348623157E+308")]
    [TestCase("float64", "5E-324")]
    [TestCase("bytes", "")]
    [TestCase("bytes", "AP+AfwE=")]
    [TestCase("date", "0001-01-01")]
    [TestCase("date", "1969-12-31")]
    [TestCase("date", "2024-02-29")]
    [TestCase("date", "9999-12-31")]
    [TestCase("json", """{"a":[1,2.5,"x",null],"b":{"c":true}}""")]
    [TestCase("json", "null")]
    public async Task A_value_comes_back_as_it_was_sent(string type, string value)
    {
        var rows = await StoreAsync(type, value);

        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table([value, value])));
    }

    [TestCase("1970-01-01 00:00:00.000001+00", 1)]
    [TestCase("1969-12-31 23:59:59.999999+00", -1)]
    [TestCase("2026-11-24 07:00:00.123456+00", 1_795_503_600_123_456)]
    [TestCase("0001-01-01 00:00:00.000000+00", -62_135_596_800_000_000)]
    [TestCase("9999-12-31 23:59:59.999999+00", 253_402_300_799_999_999)]
    public async Task A_timestamp_keeps_every_microsecond(string sent, long micros)
    {
        var rows = await StoreAsync("timestamp", sent);

        var expected = micros.ToString(CultureInfo.InvariantCulture);
        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table([expected, expected])));
    }

    [Test]
    public async Task A_timestamp_is_seconds_in_floating_text_where_exact_ones_were_not_asked_for()
    {
        var (_, body) = await calls.QueryAsync(
            "select timestamp '2026-11-24 07:00:00.123456+00' as moment",
            exactTimes: false
        );

        var text = EmulatorCalls.Rows(body)[0][0]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.Match(@"^1\.795503600123\d*E\+009$"));
            Assert.That(long.TryParse(text, CultureInfo.InvariantCulture, out _), Is.False);
        }
    }

    [TestCase("string")]
    [TestCase("int64")]
    [TestCase("bool")]
    [TestCase("float64")]
    [TestCase("bytes")]
    [TestCase("date")]
    [TestCase("timestamp")]
    [TestCase("json")]
    public async Task Null_stays_null(string type)
    {
        var rows = await StoreAsync(type, null);

        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table(new string?[] { null, null })));
    }

    [TestCase("0")]
    [TestCase("0.000000001")]
    [TestCase("-1.5")]
    [TestCase("123456789012345678.123456789")]
    public async Task A_number_of_exact_decimals_comes_back_whole(string value)
    {
        await calls.RunAsync($"create table t (v numeric); insert into t (v) values (numeric '{value}')");

        var rows = await calls.RunAsync("select v, cast(v as string) from t");

        Assert.That(
            decimal.Parse(rows[0][0]!, CultureInfo.InvariantCulture),
            Is.EqualTo(decimal.Parse(rows[0][1]!, CultureInfo.InvariantCulture))
        );
    }

    [TestCase("""["a","b"]""")]
    [TestCase("""[""]""")]
    [TestCase("[]")]
    public async Task A_list_comes_back_in_order(string list)
    {
        await calls.RunAsync("create table t (v array<string>)");
        var parameter = new JsonObject
        {
            ["name"] = "v",
            ["parameterType"] = new JsonObject
            {
                ["type"] = "ARRAY",
                ["arrayType"] = new JsonObject { ["type"] = "STRING" },
            },
            ["parameterValue"] = new JsonObject
            {
                ["arrayValues"] = new JsonArray([
                    .. JsonNode.Parse(list)!.AsArray().Select(item => new JsonObject { ["value"] = (string)item! }),
                ]),
            },
        };
        await calls.RunAsync("insert into t (v) values (@v)", parameter);

        var (_, body) = await calls.QueryAsync("select v, array_length(v) from t");

        var cells = body["rows"]![0]!["f"]!;
        var read = cells[0]!["v"]!.AsArray().Select(item => (string)item!["v"]!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read, Is.EqualTo(JsonNode.Parse(list)!.AsArray().Select(item => (string)item!)));
            Assert.That((string)body["schema"]!["fields"]![0]!["mode"]!, Is.EqualTo("REPEATED"));
        }
    }

    [Test]
    public async Task A_list_that_is_null_is_stored_as_an_empty_one()
    {
        await calls.RunAsync("create table t (id int64, v array<string>); insert into t (id) values (1)");

        Assert.That(
            await calls.RunAsync("select v, array_length(v) from t"),
            Is.EqualTo(EmulatorCalls.Table(["[]", "0"]))
        );
    }

    [Test]
    public async Task A_list_of_records_is_a_table_to_the_script()
    {
        var parameter = new JsonObject
        {
            ["name"] = "rows",
            ["parameterType"] = JsonNode.Parse(
                """
                {"type":"ARRAY","arrayType":{"type":"STRUCT","structTypes":[
                  {"name":"id","type":{"type":"STRING"}},
                  {"name":"at","type":{"type":"TIMESTAMP"}},
                  {"name":"note","type":{"type":"STRING"}}]}}
                """
            ),
            ["parameterValue"] = JsonNode.Parse(
                """
                {"arrayValues":[
                  {"structValues":{"id":{"value":"a"},"at":{"value":"1970-01-01 00:00:01.5+00"},"note":{}}},
                  {"structValues":{"id":{"value":"b"},"at":{"value":"1970-01-01 00:00:02+00"},"note":{"value":""}}}]}
                """
            ),
        };

        var rows = await calls.RunAsync(
            "select nth, b.id, b.at, b.note from unnest(@rows) b with offset as nth order by nth",
            parameter
        );

        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table(["0", "a", "1500000", null], ["1", "b", "2000000", ""])));
    }

    [Test]
    public async Task A_record_is_fields_within_a_cell()
    {
        var (_, body) = await calls.QueryAsync("select struct(1 as n, 'x' as t, [true] as flags) as r");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                body["rows"]![0]!["f"]![0]!["v"]!.ToJsonString(),
                Is.EqualTo("""{"f":[{"v":"1"},{"v":"x"},{"v":[{"v":"true"}]}]}""")
            );
            Assert.That((string)body["schema"]!["fields"]![0]!["type"]!, Is.EqualTo("RECORD"));
        }
    }

    /// <summary>Sends a parameter, stores it, and reads it beside the stored one.</summary>
    private async Task<string?[][]> StoreAsync(string type, string? value)
    {
        var parameter = EmulatorCalls.Parameter("v", type.ToUpperInvariant(), value);
        await calls.RunAsync($"create table t (v {type})");
        await calls.RunAsync("insert into t (v) values (@v)", parameter.DeepClone().AsObject());
        return await calls.RunAsync("select @v, v from t", parameter);
    }
}
