using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Datasets.Contract;

/// <summary>What is read of a dataset.</summary>
internal abstract class DatasetReaderContract : DatasetContract
{
    [Test]
    public async Task A_customer_without_a_dataset_or_without_costs_has_empty_results()
    {
        var missing = await Datasets.Reader.CostByServiceAsync(Acme, null, null, default);
        var missingDays = await CostByDayAsync();
        var missingSteps = await Datasets.Reader.ListStepsAsync(Acme, "run-1", DatasetLoad.Noon, 5, default);
        await Datasets.Catalog.CreateAsync(Acme, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(missing, Is.Empty);
            Assert.That(missingDays, Is.Empty);
            Assert.That(missingSteps, Is.Empty);
            Assert.That(await CostByDayAsync(), Is.Empty);
            Assert.That(await Datasets.Reader.ListStepsAsync(Acme, "run-1", DatasetLoad.Noon, 5, default), Is.Empty);
            Assert.That(await Datasets.Reader.CostByServiceAsync(Acme, null, null, default), Is.Empty);
            Assert.That(await Datasets.Reader.ListRunsAsync(Acme, 5, default), Is.Empty);
        }
    }

    [Test]
    public async Task Costs_are_per_service_and_currency_within_the_days_asked_for()
    {
        await new DatasetLoad(1).ByAsync(
            Datasets.Writer(),
            DatasetLoad.Line(DatasetLoad.First, "A", 1),
            DatasetLoad.Line(DatasetLoad.Last, "A", 2.000000000001m),
            DatasetLoad.Line(DatasetLoad.Last, "B", 9) with
            {
                ServiceName = null,
            },
            DatasetLoad.Line(DatasetLoad.Last, "C", 5) with
            {
                ServiceName = "A",
                BillingCurrency = "EUR",
                EffectiveCost = 4,
            }
        );

        var all = await Datasets.Reader.CostByServiceAsync(Acme, null, null, default);
        var first = await Datasets.Reader.CostByServiceAsync(Acme, DatasetLoad.First, DatasetLoad.First, default);
        var late = await Datasets.Reader.CostByServiceAsync(Acme, DatasetLoad.Last.PlusDays(1), null, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                all,
                Is.EqualTo([
                    new ServiceCost("", "USD", 9, 9, 1),
                    new ServiceCost("A", "EUR", 5, 4, 1),
                    new ServiceCost("A", "USD", 3.000000000001m, 3.000000000001m, 2),
                ])
            );
            Assert.That(first, Is.EqualTo([new ServiceCost("A", "USD", 1, 1, 1)]));
            Assert.That(late, Is.Empty);
        }
    }

    [Test]
    public async Task Runs_are_listed_newest_first_with_their_windows_and_counts()
    {
        var one = DatasetLoad.Line(DatasetLoad.First, "A", 1);
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), one, DatasetLoad.Line(DatasetLoad.Last, "A", 1));
        await new DatasetLoad(2) { Force = true }.ByAsync(Datasets.Writer(), one);
        await Datasets.Writer().RecordAsync(Acme, new DatasetLoad(3) { Window = null }.Failed(), default);

        var runs = await Datasets.Reader.ListRunsAsync(Acme, 10, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                runs,
                Is.EqualTo([
                    Run(3) with
                    {
                        Status = "FAILED",
                        Window = null,
                        ErrorType = "SCHEMA_DRIFT",
                        ErrorMessage = "Row 1 \"is\" wrong – ü.",
                    },
                    Run(2) with
                    {
                        RowsRead = 1,
                        RowsDeleted = 2,
                        RowsWritten = 1,
                    },
                    Run(1) with
                    {
                        RowsRead = 2,
                        RowsWritten = 2,
                    },
                ])
            );
            Assert.That(
                (await Datasets.Reader.ListRunsAsync(Acme, 2, default)).Select(run => run.RunId),
                Is.EqualTo(["run-3", "run-2"])
            );
        }
    }

    [Test]
    public async Task Costs_of_a_day_are_summed_by_service_and_currency_within_the_days_and_the_rows_asked_for()
    {
        await new DatasetLoad(1).ByAsync(
            Datasets.Writer(),
            DatasetLoad.Line(DatasetLoad.First, "B", 1.25m),
            DatasetLoad.Line(DatasetLoad.Last, "A", 2),
            DatasetLoad.Line(DatasetLoad.Last, "A again", 0.000000000001m) with
            {
                ServiceName = "A",
            },
            DatasetLoad.Line(DatasetLoad.Last, "credit", -3) with
            {
                ServiceName = null,
            },
            DatasetLoad.Line(DatasetLoad.Last, "euros", 5) with
            {
                ServiceName = "A",
                BillingCurrency = "EUR",
                EffectiveCost = 4,
            }
        );
        DailyCost[] all =
        [
            new(DatasetLoad.First, "B", "USD", 1.25m),
            new(DatasetLoad.Last, "", "USD", -3),
            new(DatasetLoad.Last, "A", "EUR", 5),
            new(DatasetLoad.Last, "A", "USD", 2.000000000001m),
        ];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CostByDayAsync(), Is.EqualTo(all));
            Assert.That(await CostByDayAsync(limit: 2), Is.EqualTo(all[..2]));
            Assert.That(await CostByDayAsync(to: DatasetLoad.First), Is.EqualTo(all[..1]));
            Assert.That(await CostByDayAsync(from: DatasetLoad.Last), Is.EqualTo(all[1..]));
        }
    }

    [Test]
    public async Task Steps_are_those_of_every_execution_of_one_run_in_their_order()
    {
        var writer = Datasets.Writer();
        await writer.RecordAsync(Acme, new DatasetLoad(1).Failed(), default);
        await new DatasetLoad(1) { Epoch = 2 }.ByAsync(writer, DatasetLoad.Line(DatasetLoad.First, "A", 1));
        await writer.RecordAsync(Acme, new DatasetLoad(2) { Run = "run-11" }.Failed(), default);
        var begun = DatasetLoad.Noon + Duration.FromHours(1) + Duration.FromSeconds(1);
        var failed = new ExecutionStep(
            "run-1-1",
            new StepLog
            {
                Number = 1,
                Step = "extract_normalise",
                Status = "FAILED",
                StartedAt = begun,
                EndedAt = begun + Duration.FromSeconds(1),
                RowsIn = 3,
                RowsOut = 0,
                Message = "Row 1 is wrong.",
            }
        );

        var steps = await ListAsync(DatasetLoad.Noon, 10);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                steps.Select(step => (step.PipelineLoggingId, step.Step.Number, step.Step.Status)),
                Is.EqualTo([("run-1-1", 1, "FAILED"), ("run-1-2", 1, "COMPLETED"), ("run-1-2", 2, "COMPLETED")])
            );
            Assert.That(steps[0], Is.EqualTo(failed));
            Assert.That(steps[2].Step.RowsOut, Is.EqualTo(1), "what the load has written");
            Assert.That(await ListAsync(DatasetLoad.Noon, 2), Is.EqualTo(steps.Take(2)));
            Assert.That(await ListAsync(begun + Duration.FromSeconds(1), 10), Is.EqualTo(steps.Skip(2)));
        }

        Task<IReadOnlyList<ExecutionStep>> ListAsync(Instant since, int limit) =>
            Datasets.Reader.ListStepsAsync(Acme, "run-1", since, limit, default);
    }

    private Task<IReadOnlyList<DailyCost>> CostByDayAsync(
        LocalDate? from = null,
        LocalDate? to = null,
        int limit = 10
    ) => Datasets.Reader.CostByDayAsync(Acme, from ?? DatasetLoad.First, to ?? DatasetLoad.Last, limit, default);

    private static DatasetRun Run(int hour) =>
        new()
        {
            PipelineLoggingId = $"run-{hour}-1",
            PipelineId = "acme-focus",
            RunId = $"run-{hour}",
            Status = "COMPLETED",
            TriggerType = "cloud_scheduler",
            StartTime = DatasetLoad.Noon.Plus(Duration.FromHours(hour)).Plus(Duration.FromTicks(12_345_670)),
            EndTime = DatasetLoad.Noon.Plus(Duration.FromHours(hour)).Plus(Duration.FromSeconds(9)),
            Window = new DayWindow(DatasetLoad.First, DatasetLoad.Last),
            RowsRead = 0,
            RowsDeleted = 0,
            RowsWritten = 0,
        };
}
