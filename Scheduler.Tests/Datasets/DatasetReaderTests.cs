using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Tests.Pipelines;

namespace Scheduler.Tests.Datasets;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly PipelineBench bench = new();

    public void Dispose() => bench.Dispose();

    [Test]
    public async Task A_customer_without_a_file_or_without_tables_has_empty_results()
    {
        Assert.That(await bench.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default), Is.Empty);
        await (await bench.Files.OpenAsync(PipelineBench.Dataset, readOnly: false, default)).DisposeAsync();

        Assert.That(await bench.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default), Is.Empty);
        Assert.That(await bench.Reader.ListRunsAsync(PipelineBench.Dataset, 5, default), Is.Empty);
    }

    [Test]
    public async Task Costs_are_per_service_and_currency_within_the_days_asked_for()
    {
        bench.WriteFile(
            "costs.csv",
            PipelineBench.Costs(("2026-10-01", "A", "1"), ("2026-10-02", "A", "2"), ("2026-10-02", "B", "9"))
                + "2026-10-02,A,5,4,EUR,Usage\n"
        );
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        var all = await bench.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default);
        var first = new LocalDate(2026, 10, 1);
        var one = await bench.Reader.CostByServiceAsync(PipelineBench.Dataset, first, first, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                all,
                Is.EqualTo([
                    new ServiceCost("B", "USD", 9, 9, 1),
                    new ServiceCost("A", "EUR", 5, 4, 1),
                    new ServiceCost("A", "USD", 3, 3, 2),
                ])
            );
            Assert.That(one, Is.EqualTo([new ServiceCost("A", "USD", 1, 1, 1)]));
        }
    }

    [Test]
    public async Task A_run_is_listed_with_its_window_and_counts()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"), ("2026-10-03", "A", "1"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        var run = (await bench.Reader.ListRunsAsync(PipelineBench.Dataset, 5, default)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (run.RunId, run.Status, run.TriggerType),
                Is.EqualTo(("run-1", "COMPLETED", "cloud_scheduler"))
            );
            Assert.That(run.Window, Is.EqualTo(new DayWindow(new LocalDate(2026, 10, 1), new LocalDate(2026, 10, 3))));
            Assert.That((run.RowsRead, run.RowsWritten, run.RowsDeleted), Is.EqualTo((2L, 2L, 0L)));
            Assert.That(run.StartTime, Is.EqualTo(PipelineBench.Noon));
        }
    }
}
