using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines;

public sealed class FencedLoadTests : IDisposable
{
    private readonly PipelineBench bench = new();

    public void Dispose() => bench.Dispose();

    private static IEnumerable<TestCaseData> OlderFences()
    {
        var item = PipelineBench.FocusItem() with { RetryAttempt = 1, LeaseEpoch = 5 };
        yield return new TestCaseData(item with { LeaseEpoch = 4 }).SetArgDisplayNames("older epoch");
        yield return new TestCaseData(item with { RetryAttempt = 0, LeaseEpoch = 9 }).SetArgDisplayNames(
            "older attempt"
        );
        yield return new TestCaseData(
            item with
            {
                ScheduledTime = item.ScheduledTime - Duration.FromDays(1),
                RetryAttempt = 3,
                LeaseEpoch = 9,
            }
        ).SetArgDisplayNames("older scheduled time");
    }

    [TestCaseSource(nameof(OlderFences))]
    public async Task A_stale_execution_writes_nothing_and_says_that_another_worker_owns_the_load(LeaseItem stale)
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        PipelineBench.Completed(
            await bench.RunAsync(PipelineBench.FocusItem() with { RetryAttempt = 1, LeaseEpoch = 5 })
        );
        bench.WriteCosts(("2026-10-01", "A", "2"));

        var failed = PipelineBench.Failed(await bench.RunAsync(stale));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.WorkerLost));
            Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
            Assert.That(
                await bench.QueryAsync("select retry_attempt, lease_epoch from x_meta_fences"),
                Is.EqualTo(["1|5"])
            );
            Assert.That(
                await bench.QueryAsync("select status, error_type from x_meta_pipeline_runs order by status"),
                Is.EqualTo(["COMPLETED|null", "FAILED|WORKER_LOST"])
            );
        }
    }

    [Test]
    public async Task Of_two_executions_at_once_the_later_lease_wins_and_nothing_is_doubled()
    {
        bench.WriteFile("costs.csv", PipelineBench.Costs(("2026-10-01", "A", "1"), ("2026-10-01", "B", "2")));
        var items = Enumerable
            .Range(1, 6)
            .Select(epoch => PipelineBench.FocusItem() with { LeaseEpoch = epoch, RunId = $"run-{epoch}" })
            .ToList();

        var results = await Task.WhenAll(items.Select(item => Task.Run(() => bench.RunAsync(item))));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results[^1], Is.TypeOf<PipelineResult.Completed>());
            Assert.That(
                results.OfType<PipelineResult.Failed>().Select(failed => failed.ErrorType),
                Is.All.EqualTo(ErrorType.WorkerLost)
            );
            Assert.That(
                await bench.QueryAsync("select service_name, run_id from cost_daily order by all"),
                Is.EqualTo(["A|run-6", "B|run-6"])
            );
        }
    }

    [Test]
    public async Task A_failing_last_page_leaves_the_old_data_and_logs_the_failure()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.Adapter = new PagesThenFailure(
            PipelineBench.FileAdapter(new FilesOptions { Root = bench.FilesRoot }, bench.Time)
        );

        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem() with { LeaseEpoch = 2 }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.ServiceUnavailable));
            Assert.That(failed.Metrics.RowsRead, Is.EqualTo(1));
            Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
            Assert.That(await bench.QueryAsync("select lease_epoch from x_meta_fences"), Is.EqualTo(["1"]));
            Assert.That(
                await bench.QueryAsync(
                    "select step, s.status from x_meta_step_logs s join x_meta_pipeline_runs using (pipeline_logging_id) order by 2, 1"
                ),
                Is.EqualTo(["extract_normalise|COMPLETED", "load|COMPLETED", "extract_normalise|FAILED"])
            );
        }
    }

    [Test]
    public async Task A_load_stopped_after_its_delete_leaves_the_old_data()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteCosts(("2026-10-01", "A", "2"));
        using var lease = new CancellationTokenSource();
        bench.Failpoints = new Cancelling(Failpoint.LoadAfterDelete, lease);

        Assert.That(
            async () => await bench.RunAsync(PipelineBench.FocusItem() with { LeaseEpoch = 2 }, lease.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        Assert.That(await bench.QueryAsync("select lease_epoch from x_meta_fences"), Is.EqualTo(["1"]));
    }

    [Test]
    public async Task A_dataset_that_cannot_be_opened_for_ten_seconds_is_service_unavailable()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        // Any refusal to open looks the same as another process's lock.
        Directory.CreateDirectory(bench.Files.PathOf(PipelineBench.Dataset));

        var run = bench.RunAsync(PipelineBench.FocusItem());
        await bench.Time.RunAsync(run, TimeSpan.FromSeconds(11));

        Assert.That(PipelineBench.Failed(await run).ErrorType, Is.EqualTo(ErrorType.ServiceUnavailable));
    }

    [Test]
    public async Task Loads_of_one_process_take_turns_however_long_each_lasts()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        var other = await bench.Files.OpenAsync(PipelineBench.Dataset, readOnly: false, default);

        var run = bench.RunAsync(PipelineBench.FocusItem());
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        await other.DisposeAsync();

        PipelineBench.Completed(await run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task A_dataset_that_another_process_frees_in_time_is_loaded()
    {
        bench.LockWaitSeconds = 300;
        // A file that cannot be opened looks like a locked one: an open that fails has no error code.
        var path = bench.Files.PathOf(PipelineBench.Dataset);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, new string('x', 10_000));
        bench.WriteCosts(("2026-10-01", "A", "1"));
        var run = bench.RunAsync(PipelineBench.FocusItem());
        Assert.That(run.IsCompleted, Is.False);

        File.Delete(path);
        await bench.Time.RunAsync(run, TimeSpan.FromSeconds(1));

        PipelineBench.Completed(await run);
    }

    private sealed class Cancelling(string at, CancellationTokenSource lease) : IFailpoints
    {
        public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
        {
            if (failpoint == at)
            {
                lease.Cancel();
            }
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class PagesThenFailure(IExtractAdapter original) : IExtractAdapter
    {
        public string Name => original.Name;
        public string Credential => original.Credential;
        public IReadOnlyList<AdapterOption> Options => original.Options;

        public async IAsyncEnumerable<ExtractPage> ExtractAsync(
            ExtractRequest request,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            await Task.Yield();
            yield return new ExtractPage
            {
                Columns = ["ChargePeriodStart", "BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory"],
                Rows =
                [
                    ["2026-10-01", "7", "7", "USD", "Usage"],
                ],
                FirstRow = 1,
            };
            throw new HttpRequestException("secret-canary", null, System.Net.HttpStatusCode.BadGateway);
        }
    }
}
