using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>How the cells of a result are read.</summary>
internal sealed class BigQueryRowTests
{
    [Test]
    public void Every_scalar_is_read_from_its_text()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Row("\"9223372036854775807\"").Int64("a"), Is.EqualTo(long.MaxValue));
            Assert.That(Row("\"0.1\"").Double("a"), Is.EqualTo(0.1));
            Assert.That(Row("\"true\"").Bool("a"), Is.True);
            Assert.That(Row("\"/wA=\"").Bytes("a"), Is.EqualTo(new byte[] { 255, 0 }));
            Assert.That(Row("\"{\\\"b\\\":1}\"").Text("a"), Is.EqualTo("{\"b\":1}"));
            Assert.That(Row("\"-1\"").At("a"), Is.EqualTo(Instant.FromUnixTimeTicks(-10)));
            Assert.That(
                Row("\"253402300799999999\"").At("a"),
                Is.EqualTo(Instant.FromUtc(9999, 12, 31, 23, 59, 59) + Duration.FromTicks(9_999_990))
            );
        }
    }

    [Test]
    public void A_null_is_null_and_an_empty_text_is_not()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Row("null").IsNull("a"), Is.True);
            Assert.That(Row("null").TextOrNull("a"), Is.Null);
            Assert.That(Row("\"\"").TextOrNull("a"), Is.Empty);
        }
    }

    [Test]
    public void A_repeated_column_is_a_JSON_list()
    {
        Assert.That(Row("""[{"v":"a"},{"v":"b\""}]""").Text("a"), Is.EqualTo("""["a","b\u0022"]"""));
        Assert.That(Row("[]").Text("a"), Is.EqualTo("[]"));
    }

    [Test]
    public void A_column_that_is_not_there_is_named()
    {
        Assert.That(() => Row("null").Text("b"), Throws.ArgumentException.With.Message.Contains("'b'"));
    }

    private static BigQueryRow Row(string value)
    {
        var row = new BigQueryRow(new Dictionary<string, int> { ["a"] = 0 });
        row.MoveTo(JsonDocument.Parse($$"""{"f":[{"v":{{value}}}]}""").RootElement);
        return row;
    }
}
