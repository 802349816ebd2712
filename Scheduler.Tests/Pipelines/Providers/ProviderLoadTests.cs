using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>What holds for every provider's pipeline alike.</summary>
[TestFixture("OPENAI")]
[TestFixture("CLAUDE")]
[TestFixture("AWS")]
[TestFixture("AZURE")]
[TestFixture("GCP")]
internal sealed class ProviderLoadTests(string provider) : IDisposable
{
    private const string Table = "select * exclude (run_id, ingested_at) from cost_daily order by all";

    private static readonly LocalDate First = ProviderWorld.Today.PlusDays(-2);
    private static readonly LocalDate Second = ProviderWorld.Today.PlusDays(-1);

    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    [Test]
    public async Task The_days_of_the_window_are_loaded_to_the_last_decimal()
    {
        world
            .Data(provider)
            .SetCosts(
                (First, "A", "1.000000000001"),
                (First, "B", "0.07"),
                (Second, "A", "2.5"),
                (Second, "B", "-0.5")
            );

        var result = await world.RunAsync(provider);

        PipelineBench.Completed(result);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await CostsAsync(),
                Is.EqualTo([
                    $"{First:uuuu-MM-dd}|0.07|0.07",
                    $"{First:uuuu-MM-dd}|1.000000000001|1.000000000001",
                    $"{Second:uuuu-MM-dd}|-0.5|-0.5",
                    $"{Second:uuuu-MM-dd}|2.5|2.5",
                ])
            );
            Assert.That(result.Metrics.CredentialUsed, Is.True);
            Assert.That(result.Metrics.BytesRead, Is.Positive);
        }
    }

    [Test]
    public async Task The_same_window_twice_leaves_an_identical_table()
    {
        world.Data(provider).SetCosts((First, "A", "1"), (First, "B", "2"), (Second, "A", "3"));
        PipelineBench.Completed(await world.RunAsync(provider));
        var before = await world.Bench.QueryAsync(Table);

        PipelineBench.Completed(await world.RunAsync(provider, epoch: 2));

        Assert.That(await world.Bench.QueryAsync(Table), Is.EqualTo(before).And.Count.EqualTo(3));
    }

    [Test]
    public async Task A_line_that_vanished_upstream_is_gone_after_the_restatement()
    {
        world.Data(provider).SetCosts((First, "A", "1"), (First, "B", "2"), (Second, "A", "3"));
        PipelineBench.Completed(await world.RunAsync(provider));
        world.Data(provider).SetCosts((First, "A", "1.5"), (Second, "A", "3"));

        PipelineBench.Completed(await world.RunAsync(provider, epoch: 2));

        Assert.That(await CostsAsync(), Is.EqualTo([$"{First:uuuu-MM-dd}|1.5|1.5", $"{Second:uuuu-MM-dd}|3|3"]));
    }

    [Test]
    public async Task A_failure_on_the_last_page_leaves_the_old_data()
    {
        world.Data(provider).SetCosts((First, "A", "1"), (Second, "A", "3"));
        PipelineBench.Completed(await world.RunAsync(provider));
        world.Data(provider).SetCosts((First, "A", "7"), (Second, "A", "8"));
        var server = world.Server(provider);
        server.PageSize = 1;
        server.Succeed().FailAlways(400, """{"error":{"code":"broken"}}""");

        var failed = PipelineBench.Failed(await world.RunAsync(provider, epoch: 2));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));
            Assert.That(server.Calls.Count, Is.GreaterThan(2));
            Assert.That(await CostsAsync(), Is.EqualTo([$"{First:uuuu-MM-dd}|1|1", $"{Second:uuuu-MM-dd}|3|3"]));
        }
    }

    [Test]
    public async Task Of_two_workers_at_once_the_later_lease_wins_and_nothing_is_doubled()
    {
        world.Data(provider).SetCosts((First, "A", "1"), (Second, "A", "3"));
        var item = await world.ItemAsync(provider);

        var results = await Task.WhenAll(
            Enumerable
                .Range(1, 3)
                .Select(epoch => item with { LeaseEpoch = epoch, RunId = $"run-{epoch}" })
                .Select(one => Task.Run(() => world.Bench.RunAsync(one)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results[^1], Is.TypeOf<PipelineResult.Completed>());
            Assert.That(
                results.OfType<PipelineResult.Failed>().Select(failed => failed.ErrorType),
                Is.All.EqualTo(ErrorType.WorkerLost)
            );
            Assert.That(
                await world.Bench.QueryAsync("select usage_date, run_id from cost_daily order by 1"),
                Is.EqualTo([$"{First:uuuu-MM-dd}|run-3", $"{Second:uuuu-MM-dd}|run-3"])
            );
        }
    }

    [Test]
    public async Task A_backfill_of_older_occurrences_by_two_workers_loads_beside_the_scheduled_run_and_a_late_zombie_does_not()
    {
        var days = Enumerable.Range(0, 40).Select(back => ProviderWorld.Today.PlusDays(-back)).ToList();
        world.Data(provider).SetCosts([.. days.Select(day => (day, "A", "1"))]);
        PipelineBench.Completed(await world.RunAsync(provider));
        var (from, to) = (days[36], days[35]);
        world.Data(provider).SetCosts([.. days.Select(day => (day, "A", "2"))]);

        // Two occurrences of long ago, leased now by two workers, the second piece first.
        var pieces = await Task.WhenAll(
            new[] { (to, 2), (from, 1) }.Select(piece => Task.Run(() => PieceAsync(piece.Item1, piece.Item2)))
        );
        world.Data(provider).SetCosts([.. days.Select(day => (day, "A", "9"))]);
        var zombie = PipelineBench.Failed(await PieceAsync(from, claimedAfterSeconds: -60, run: "zombie"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pieces, Is.All.TypeOf<PipelineResult.Completed>());
            Assert.That(zombie.ErrorType, Is.EqualTo(ErrorType.WorkerLost));
            Assert.That(
                await world.Bench.QueryAsync(
                    $"select usage_date, billed_cost from cost_daily where usage_date between '{from:uuuu-MM-dd}' and '{to:uuuu-MM-dd}' order by 1"
                ),
                Is.EqualTo([$"{from:uuuu-MM-dd}|2", $"{to:uuuu-MM-dd}|2"])
            );
            Assert.That(
                await world.Bench.QueryAsync(
                    $"select billed_cost from cost_daily where usage_date = '{ProviderWorld.Today:uuuu-MM-dd}'"
                ),
                Is.EqualTo(["1"]),
                "the days of the scheduled run stand"
            );
        }
    }

    /// <summary>A run for one day of the past, with that occurrence's time, leased so long after the scheduled run.</summary>
    private async Task<PipelineResult> PieceAsync(LocalDate day, int claimedAfterSeconds, string? run = null)
    {
        var item = await world.ItemAsync(provider, $$"""{"from":"{{day:uuuu-MM-dd}}","to":"{{day:uuuu-MM-dd}}"}""");
        var at = day.PlusDays(1).AtMidnight().InUtc().ToInstant();
        return await world.Bench.RunAsync(
            item with
            {
                RunId = run ?? $"piece-{day:uuuu-MM-dd}",
                ScheduledTime = at,
                DataIntervalStart = at - Duration.FromDays(1),
                DataIntervalEnd = at,
                LeaseExpiresAt = item.LeaseExpiresAt + Duration.FromSeconds(claimedAfterSeconds),
            }
        );
    }

    [Test]
    public async Task Pages_are_read_to_the_last_one()
    {
        var costs = Enumerable
            .Range(0, 4)
            .Select(place => (ProviderWorld.Today.PlusDays(-place), "A", $"{place + 1}.01"))
            .ToArray();
        world.Data(provider).SetCosts(costs);
        world.Server(provider).PageSize = 1;

        PipelineBench.Completed(await world.RunAsync(provider));

        Assert.That(
            await world.Bench.QueryAsync("select count(*), sum(billed_cost), sum(effective_cost) from cost_daily"),
            Is.EqualTo(["4|10.04|10.04"])
        );
    }

    [Test]
    public async Task A_window_without_costs_is_a_success_without_rows()
    {
        world.Data(provider).SetCosts();

        PipelineBench.Completed(await world.RunAsync(provider));

        Assert.That(await world.Bench.QueryAsync("select count(*) from cost_daily"), Is.EqualTo(["0"]));
    }

    [Test]
    public async Task From_and_to_make_a_backfill_in_chunks()
    {
        var from = new LocalDate(2025, 12, 15);
        world
            .Data(provider)
            .SetCosts((from.PlusDays(-1), "A", "1"), (from, "A", "2"), (new LocalDate(2026, 2, 3), "A", "3"));

        PipelineBench.Completed(await world.RunAsync(provider, """{"from":"2025-12-15","to":"2026-02-03"}"""));

        Assert.That(
            await world.Bench.QueryAsync(
                "select usage_date, billed_cost, is_estimated from cost_daily order by usage_date"
            ),
            Is.EqualTo(["2025-12-15|2|False", "2026-02-03|3|False"])
        );
    }

    private Task<IReadOnlyList<string>> CostsAsync() =>
        world.Bench.QueryAsync(
            "select usage_date, billed_cost, effective_cost from cost_daily order by usage_date, billed_cost"
        );
}
