using System.Collections.Concurrent;
using NUnit.Framework;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// Random histories over SQLite and the model at once. One seed is one history: <c>SCHEDULER_TEST_SEED</c> is the first, and
/// <c>SCHEDULER_TEST_HISTORIES</c> says how many follow each other.
/// </summary>
[TestFixture]
internal sealed class DifferentialTests
{
    private const int Steps = 100;

    /// <summary>What has to have happened at least once among all histories, else the walk has lost its way.</summary>
    private static readonly string[] MustHappen =
    [
        "queued",
        "leased",
        "retry",
        "lost leases",
        "overdue",
        "purged",
        "set aside",
        "quotas resolved",
        "cancelled waiting",
        "cancelled running",
        "retired",
        "lost plans",
        "won plans",
        "ended late",
        "too late",
        "duty taken",
        "duty released",
        "zone",
        "plan Done",
        "plan UseExceeds",
        "onboard CustomerExists",
        "Completed Accepted",
        "Completed Stale",
        "Failed Accepted",
        "Released Accepted",
        "Cancelled Accepted",
        "heartbeat Renewed",
        "heartbeat Lost",
        "heartbeat Cancel",
        "QUOTA_DAILY",
        "QUOTA_MONTHLY",
        "OVERLAP",
        "MISFIRE",
    ];

    [Test]
    public async Task No_history_shows_a_difference_between_the_store_and_the_model()
    {
        var first = Setting("SCHEDULER_TEST_SEED", 1);
        var count = Setting("SCHEDULER_TEST_HISTORIES", 300);
        var hits = new ConcurrentDictionary<string, int>();
        var compared = 0;

        await Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (seed, _) =>
            {
                await using var database = await ComparedDatabase.OverSqliteAsync();
                var history = new DifferentialHistory(database, seed);
                try
                {
                    await history.LiveAsync(Steps);
                }
                catch (Exception failure)
                {
                    throw new InvalidOperationException(
                        $"SCHEDULER_TEST_SEED={seed} SCHEDULER_TEST_HISTORIES=1\n{string.Join('\n', history.Log)}\n{failure.Message}",
                        failure
                    );
                }
                Interlocked.Add(ref compared, database.Engine.Compared);
                foreach (var (what, times) in history.Hits)
                {
                    hits.AddOrUpdate(what, times, (_, before) => before + times);
                }
            }
        );

        TestContext.Out.WriteLine(
            $"{compared} operations. {string.Join(", ", hits.OrderBy(hit => hit.Key, StringComparer.Ordinal).Select(hit => $"{hit.Key}: {hit.Value}"))}"
        );
        Assert.That(compared, Is.GreaterThan(count * Steps));
        Assert.That(count < 100 ? [] : MustHappen.Where(what => hits.GetValueOrDefault(what) == 0), Is.Empty);
    }

    /// <summary>Of the model alone: what a simulation over it replays.</summary>
    [Test]
    public async Task The_same_seed_lives_the_same_life_twice()
    {
        var lives = new List<List<string>>();
        foreach (var seed in new[] { 1, 2, 3, 1, 2, 3 })
        {
            await using var database = new ModelDatabase();
            var history = new DifferentialHistory(database, seed);
            await history.LiveAsync(2 * Steps);
            lives.Add([
                .. history.Log,
                .. database.Engine.Store.Transitions.Select(move =>
                    $"{move.Run.RunId} {move.To} {move.At} {move.Actor}"
                ),
            ]);
        }

        Assert.That(lives.Skip(3), Is.EqualTo(lives.Take(3)));
        Assert.That(lives[0], Is.Not.EqualTo(lives[1]));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;
}
