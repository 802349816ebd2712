using System.Globalization;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.BigQuery;

/// <summary>Pipelines from file to dataset: what they leave in BigQuery is what they leave in a DuckDB file.</summary>
internal sealed class BigQueryPipelineTests
{
    private static readonly string[] Tables = ["cost_daily", "x_meta_pipeline_runs", "x_meta_step_logs"];

    private PipelineBench? bench;
    private BigQueryTestDatasets? datasets;

    private PipelineBench Bench => bench!;
    private BigQueryTestDatasets Datasets => datasets!;

    [SetUp]
    public async Task OpenAsync()
    {
        bench = new PipelineBench();
        datasets = await BigQueryTestDatasets.CreateAsync();
        await datasets.Catalog.CreateAsync(PipelineBench.Dataset, default);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        bench?.Dispose();
        if (datasets is not null)
        {
            await datasets.DisposeAsync();
        }
    }

    [TestCase("aws.first-60.csv")]
    [TestCase("microsoft.first-25.csv")]
    [TestCase("oracle.first-3.csv")]
    public async Task A_real_export_leaves_the_same_rows_and_sums_to_the_last_decimal(string name)
    {
        await SameAsync(Fixtures.Require($"providers/focus/sample-1.0/{name}"));
    }

    [TestCase("focus-example-co-a.csv")]
    [TestCase("focus-example-co-b.csv")]
    public async Task A_sample_that_ships_leaves_the_same_rows(string name)
    {
        await SameAsync(Path.Combine(AppContext.BaseDirectory, "Samples", name));
    }

    [Test]
    public async Task A_later_run_replaces_and_a_late_one_is_told_that_another_owns_the_load()
    {
        Bench.Writer = Datasets.Writer();
        Bench.WriteCosts(("2026-10-01", "A", "1"), ("2026-10-02", "A", "2"));
        PipelineBench.Completed(await Bench.RunAsync(PipelineBench.FocusItem() with { LeaseEpoch = 5 }));
        Bench.WriteCosts(("2026-10-02", "A", "3"));

        var late = PipelineBench.Failed(await Bench.RunAsync(PipelineBench.FocusItem() with { LeaseEpoch = 4 }));
        var later = await Bench.RunAsync(PipelineBench.FocusItem() with { LeaseEpoch = 6 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(late.ErrorType, Is.EqualTo(ErrorType.WorkerLost));
            Assert.That((later.Metrics.RowsRead, later.Metrics.RowsWritten), Is.EqualTo((1L, 1L)));
            Assert.That(
                (await Datasets.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default)).Single().Billed,
                Is.EqualTo(4)
            );
            Assert.That(
                (await Datasets.Reader.ListRunsAsync(PipelineBench.Dataset, 9, default)).Select(run => run.Status),
                Is.EquivalentTo(["COMPLETED", "FAILED", "COMPLETED"])
            );
        }
    }

    [Test]
    public async Task A_dataset_that_stays_away_is_service_unavailable()
    {
        var time = new SteppedTime(PipelineBench.Noon.ToDateTimeOffset());
        await using var away = await BigQueryTestDatasets.CreateAsync(time);
        away.Emulator.Fail("insert", [.. Enumerable.Repeat(EmulatorFault.UnavailableBefore, 40)]);
        Bench.Writer = away.Writer();
        Bench.WriteCosts(("2026-10-01", "A", "1"));

        var run = Bench.RunAsync(PipelineBench.FocusItem());
        await time.RunAsync(run);

        Assert.That(PipelineBench.Failed(await run).ErrorType, Is.EqualTo(ErrorType.ServiceUnavailable));
    }

    private async Task SameAsync(string path)
    {
        File.Copy(path, Path.Combine(Bench.CustomerFolder, "costs.csv"));
        var item = PipelineBench.FocusItem();

        var file = await Bench.RunAsync(item);
        Bench.Writer = Datasets.Writer();
        var warehouse = await Bench.RunAsync(item);

        PipelineBench.Completed(file);
        PipelineBench.Completed(warehouse);
        foreach (var table in Tables)
        {
            var there = await DuckDbDatasets.RowsAsync(Bench.Files, PipelineBench.Dataset, table);
            var here = await Datasets.RowsAsync(PipelineBench.Dataset, table);
            Assert.That(here.Select(Text).Order(), Is.EqualTo(there.Select(Text).Order()), table);
        }
        var costs = await Datasets.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                costs,
                Is.EqualTo(await Bench.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default))
            );
            Assert.That(
                await Datasets.Reader.ListRunsAsync(PipelineBench.Dataset, 5, default),
                Is.EqualTo(await Bench.Reader.ListRunsAsync(PipelineBench.Dataset, 5, default))
            );
            Assert.That(
                costs.Sum(cost => cost.Rows),
                Is.EqualTo(file.Metrics.RowsWritten).And.EqualTo(warehouse.Metrics.RowsWritten).And.Positive
            );
        }
    }

    private static string Text(IReadOnlyDictionary<string, string?> row) =>
        string.Join(
            '|',
            row.OrderBy(cell => cell.Key, StringComparer.Ordinal)
                .Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell.Key}={cell.Value ?? "-"}"))
        );
}
