using System.Text;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Datasets.Contract;

namespace Scheduler.Tests.Datasets.BigQuery;

/// <summary>What goes into one request.</summary>
internal sealed class StagedBatchesTests
{
    private static readonly CostLine Line = DatasetLoad.Line(DatasetLoad.First, "A", 1);

    [Test]
    public void Many_lines_are_bounded_by_their_number()
    {
        var batches = Read(Enumerable.Repeat(Line, StagedBatches.MostRows * 2 + 1));

        Assert.That(
            batches.Select(batch => batch.Count),
            Is.EqualTo([StagedBatches.MostRows, StagedBatches.MostRows, 1])
        );
    }

    [TestCase("\"", 6, Description = "an escape of six bytes each")]
    [TestCase("ü", 6)]
    [TestCase("\U0001F600", 12)]
    [TestCase("a", 1)]
    public void Large_lines_are_bounded_by_what_they_take_as_they_travel(string character, int bytes)
    {
        const int Weight = 600_000;
        var text = string.Concat(Enumerable.Repeat(character, Weight / bytes));

        var batches = Read(Enumerable.Repeat(Line with { Tags = text, Extra = character }, 13));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(batches.Select(batch => batch.Count), Is.EqualTo([6, 6, 1]));
            Assert.That(batches.Select(Sent), Is.All.LessThanOrEqualTo(StagedBatches.MostBytes));
            Assert.That(Sent(batches[0]), Is.GreaterThan(6 * Weight));
        }
    }

    [Test]
    public void Small_lines_are_weighed_with_the_names_of_their_fields()
    {
        // A little more than the names take would not fit as often as the number alone allows.
        var batches = Read(
            Enumerable.Repeat(Line with { ChargeDescription = new string('x', 900) }, StagedBatches.MostRows)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(batches, Has.Count.GreaterThan(1));
            Assert.That(batches.Select(Sent), Is.All.LessThanOrEqualTo(StagedBatches.MostBytes));
        }
    }

    [Test]
    public void A_line_that_no_request_can_hold_is_named_as_the_reason()
    {
        var large = Line with { ChargeDescription = new string('"', StagedBatches.MostBytes / 6) };

        Assert.That(() => Read([Line, large]), Throws.InstanceOf<LineTooLargeException>());
    }

    [Test]
    public void A_source_without_lines_has_no_batch()
    {
        Assert.That(Read([]), Is.Empty);
    }

    private static List<IReadOnlyList<StagedRow>> Read(IEnumerable<CostLine> lines)
    {
        using var staged = StagedLines.Create();
        foreach (var line in lines)
        {
            staged.Append(line);
        }
        staged.Complete();
        return [.. StagedBatches.Read(staged)];
    }

    /// <summary>Bytes of the lines' parameter as it is sent.</summary>
    private static int Sent(IReadOnlyList<StagedRow> batch)
    {
        var arguments = new SqlArguments()
            .With("loadId", "l")
            .With("batch", 0)
            .With("now", DatasetLoad.Noon)
            .WithRows("rows", batch);
        var parameters = BigQueryValues.ToParameters(BigQueryDatasets.Script("stage"), arguments);
        return Encoding.UTF8.GetByteCount(parameters[3]!["parameterValue"]!.ToJsonString());
    }
}
