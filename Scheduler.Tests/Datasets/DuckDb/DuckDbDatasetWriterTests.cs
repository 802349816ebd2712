using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.DuckDb;

internal sealed class DuckDbDatasetWriterTests : DatasetWriterContract
{
    private static readonly CostLine Line = DatasetLoad.Line(DatasetLoad.First, "A", 1);

    private DuckDbDatasets D => (DuckDbDatasets)Datasets;

    [Test]
    public async Task A_file_of_a_version_without_watermarks_is_read_and_gets_what_it_lacks_from_its_next_load()
    {
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), Line);
        await AgeAsync(
            "drop table x_meta_fenced_days",
            "drop table x_meta_watermarks",
            "drop table findings_daily",
            "alter table x_meta_pipeline_runs drop column http_calls",
            "alter table x_meta_pipeline_runs drop column watermark_after"
        );

        var costs = await Datasets.Reader.CostByServiceAsync(Acme, null, null, default);
        var marks = await Datasets
            .Writer()
            .WatermarksAsync(Acme, new WindowKey("FILE", "COST", "focus_csv", "account"), default);
        var loaded = await new DatasetLoad(2).ByAsync(Datasets.Writer(), Line with { BilledCost = 2 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((costs.Single().Billed, marks.Count), Is.EqualTo((1m, 0)));
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 1)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|2"]));
            Assert.That(
                await TextAsync("x_meta_pipeline_runs", "run_id", "http_calls", "days_superseded"),
                Is.EqualTo(["run-1|-|0", "run-2|-|0"])
            );
        }
    }

    protected override Task<ITestDatasets> CreateDatasetsAsync() =>
        Task.FromResult<ITestDatasets>(new DuckDbDatasets());

    private async Task AgeAsync(params string[] statements)
    {
        await using var open = await D.Files.OpenAsync(Acme, readOnly: false, default);
        foreach (var statement in statements)
        {
            await using var command = open.Command(statement);
            await command.ExecuteNonQueryAsync();
        }
    }
}
