using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.BigQuery;

internal sealed class BigQueryDatasetWriterTests : DatasetWriterContract
{
    private static readonly CostLine Line = DatasetLoad.Line(DatasetLoad.First, "A", 1);

    private BigQueryTestDatasets B => (BigQueryTestDatasets)Datasets;

    [Test]
    public async Task Many_lines_go_in_batches_and_none_is_lost_or_left_behind()
    {
        await Datasets.Catalog.CreateAsync(Acme, default);
        var lines = Enumerable
            .Range(0, StagedBatches.MostRows + 7)
            .Select(nth => Line with { LineHash = $"{nth}", BilledCost = 0.000000000001m });

        var loaded = await new DatasetLoad(1).ByAsync(Datasets.Writer(), lines);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(StagedBatches.MostRows + 7, 0)));
            Assert.That(Jobs("stage"), Is.EqualTo(2));
            Assert.That(
                (await Datasets.Reader.CostByServiceAsync(Acme, null, null, default)).Single().Billed,
                Is.EqualTo(0.000000003007m)
            );
            Assert.That(await StagedAsync(), Is.Zero);
        }
    }

    [Test]
    public async Task A_dataset_of_a_version_without_watermarks_gets_what_it_lacks_from_its_next_load()
    {
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), Line);
        foreach (var table in new[] { "x_meta_fenced_days", "x_meta_watermarks", "findings_daily" })
        {
            await B.Emulator.ExecuteAsync(Acme.Value, $"drop table {table}");
        }

        var marks = await Datasets
            .Writer()
            .WatermarksAsync(Acme, new WindowKey("FILE", "COST", "focus_csv", "account"), default);
        var loaded = await new DatasetLoad(2).ByAsync(Datasets.Writer(), Line with { BilledCost = 2 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(marks, Is.Empty);
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 1)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|2"]));
        }
    }

    [Test]
    public async Task Loads_of_one_process_take_turns_and_cancel_none_of_each_other()
    {
        await Datasets.Catalog.CreateAsync(Acme, default);
        var writer = BigQueryTestDatasets.Writer(B.Datasets);

        await Task.WhenAll(
            Enumerable
                .Range(1, 4)
                .Select(hour => Task.Run(() => new DatasetLoad(hour) { Account = $"a{hour}" }.ByAsync(writer, Line)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Jobs("load"), Is.EqualTo(4), "none was sent again");
            Assert.That(await CostsAsync(), Has.Count.EqualTo(4));
        }
    }

    [Test]
    public async Task Loads_of_different_customers_do_not_wait_for_each_other()
    {
        var other = Id("other");
        await Datasets.Catalog.CreateAsync(Acme, default);
        await Datasets.Catalog.CreateAsync(other, default);
        var writer = BigQueryTestDatasets.Writer(B.Datasets);
        using (await B.Datasets.EnterAsync(Acme, default))
        {
            var held = new DatasetLoad(1).ByAsync(writer, Line);

            var loaded = await new DatasetLoad(1) { Dataset = other }.ByAsync(writer, Line);

            Assert.That((loaded, held.IsCompleted), Is.EqualTo((new LoadResult.Loaded(1, 0), false)));
        }
    }

    [Test]
    public async Task A_load_that_lost_against_another_process_is_run_again()
    {
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), Line);
        var dataset = B.Emulator.Dataset(Acme.Value);
        var commits = 0;
        dataset.BeforeCommit = async () =>
        {
            // The first commit is that of the staged lines, the second the load's; the rival's own comes in between.
            if (Interlocked.Increment(ref commits) == 2)
            {
                await B.Emulator.ExecuteAsync(
                    Acme.Value,
                    "update x_meta_fences set lease_epoch = lease_epoch + 1 where provider = ''"
                );
            }
        };
        var before = Jobs("load");

        var loaded = await new DatasetLoad(2).ByAsync(Datasets.Writer(), Line);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 1)));
            Assert.That(Jobs("load") - before, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task A_load_whose_answer_is_lost_is_done_once()
    {
        await Datasets.Catalog.CreateAsync(Acme, default);
        B.Emulator.Fail("insert", EmulatorFault.LostReply, EmulatorFault.UnavailableAfter);

        var loaded = await new DatasetLoad(1).ByAsync(Datasets.Writer(), Line);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 0)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
            Assert.That(await TextAsync("x_meta_pipeline_runs", "run_id"), Has.Exactly(1).Items);
        }
    }

    [Test]
    public async Task A_load_that_fails_inside_leaves_the_old_data_and_nothing_staged()
    {
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), Line);
        B.Emulator.Dataset(Acme.Value).FailingInserts.Add("x_meta_step_logs");

        Assert.That(
            () => new DatasetLoad(2).ByAsync(Datasets.Writer(), Line with { BilledCost = 2 }),
            Throws.InstanceOf<BigQueryRefusedException>().And.Message.Not.Contains("made to fail")
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
            Assert.That(await StagedAsync(), Is.Zero);
        }
    }

    [Test]
    public async Task A_load_that_is_refused_by_a_guard_or_cancelled_leaves_nothing_staged()
    {
        await new DatasetLoad(2).ByAsync(Datasets.Writer(), Line);
        var stale = await new DatasetLoad(1).ByAsync(Datasets.Writer(), Line);
        using var lease = new CancellationTokenSource();
        var waiting = BigQueryTestDatasets.Writer(B.Datasets);
        using (await B.Datasets.EnterAsync(Acme, default))
        {
            var load = new DatasetLoad(3).ByAsync(waiting, [Line], lease.Token);
            await lease.CancelAsync();
            Assert.That(async () => await load, Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(stale, Is.EqualTo(new LoadResult.Stale()));
        Assert.That(await StagedAsync(), Is.Zero);
    }

    [Test]
    public async Task A_dataset_that_stays_away_is_unavailable()
    {
        var time = new SteppedTime(DatasetLoad.Noon.ToDateTimeOffset());
        await using var away = await BigQueryTestDatasets.CreateAsync(time);
        away.Emulator.Fail("insert", [.. Enumerable.Repeat(EmulatorFault.UnavailableBefore, 40)]);

        var load = new DatasetLoad(1).ByAsync(away.Writer(), Line);
        await time.RunAsync(load.ContinueWith(_ => { }, TaskScheduler.Default));

        Assert.That(async () => await load, Throws.InstanceOf<DatasetUnavailableException>());
    }

    [Test]
    public async Task What_a_load_costs_is_counted()
    {
        await Datasets.Catalog.CreateAsync(Acme, default);
        await new DatasetLoad(1).ByAsync(BigQueryTestDatasets.Writer(B.Datasets), Line);
        await new DatasetLoad(2).ByAsync(BigQueryTestDatasets.Writer(B.Datasets), Line);

        var uses = B.Datasets.Meter.Uses;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                uses.Select(use => (use.Operation, use.Jobs, use.Statements)),
                Is.EqualTo([
                    ("tenant_dataset.create_tables", 1L, 1L),
                    ("tenant_dataset.is_empty", 1L, 1L),
                    ("tenant_dataset.load", 2L, 30L),
                    ("tenant_dataset.stage", 2L, 2L),
                    ("tenant_dataset.unstage", 2L, 2L),
                ])
            );
            Assert.That(uses.Sum(use => use.BytesBilled), Is.EqualTo(500L << 20), "at the floor of 10 MiB a table");
        }
    }

    protected override async Task<ITestDatasets> CreateDatasetsAsync() => await BigQueryTestDatasets.CreateAsync();

    private int Jobs(string script) =>
        B.Emulator.Jobs.Count(job => job.Operation == $"tenant_dataset-{script}" && job.Dataset == Acme.Value);

    private async Task<int> StagedAsync() => (await Datasets.RowsAsync(Acme, "x_meta_staged_lines")).Count;
}
