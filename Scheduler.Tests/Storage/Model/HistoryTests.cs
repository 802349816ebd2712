using System.Collections.Concurrent;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Model;

/// <summary>Random histories over the SQLite store; the invariants are checked from the tables as they go.</summary>
[TestFixture]
internal sealed class HistoryTests
{
    private const int Steps = 60;
    private const int CheckEvery = 5;

    /// <summary>What has to have happened at least once among all histories, else the walk has lost its way.</summary>
    private static readonly string[] MustHappen =
    [
        "trigger",
        "lease",
        "retry",
        "reap",
        "skip overdue",
        "cancel waiting",
        "cancel running",
        "deactivate",
        "Completed Accepted",
        "Completed Stale",
        "Failed Accepted",
        "Released Accepted",
        "Cancelled Accepted",
        "heartbeat Renewed",
        "heartbeat Lost",
        "QUOTA_DAILY",
        "OVERLAP",
        "MISFIRE",
    ];

    [Test]
    public async Task No_history_breaks_an_invariant()
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("SCHEDULER_TEST_SEED"), out var seed) ? seed : 1;
        var count = int.TryParse(Environment.GetEnvironmentVariable("SCHEDULER_TEST_HISTORIES"), out var many)
            ? many
            : 200;
        var hits = new ConcurrentDictionary<string, int>();

        await Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (current, _) =>
            {
                foreach (var (what, times) in await LiveAsync(current))
                {
                    hits.AddOrUpdate(what, times, (_, before) => before + times);
                }
            }
        );

        TestContext.Out.WriteLine(
            string.Join(", ", hits.OrderBy(hit => hit.Key).Select(hit => $"{hit.Key}: {hit.Value}"))
        );
        Assert.That(count < 100 ? [] : MustHappen.Where(what => hits.GetValueOrDefault(what) == 0), Is.Empty);
    }

    private static async Task<IReadOnlyDictionary<string, int>> LiveAsync(int seed)
    {
        await using var database = await SqliteDatabase.CreateFastAsync();
        var history = new History(database, seed);
        await history.BeginAsync();
        for (var step = 1; step <= Steps; step++)
        {
            await history.StepAsync();
            if (step % CheckEvery == 0)
            {
                Check(history, seed, await HistoryInvariants.BrokenAsync(database, history.H.Now));
            }
        }
        Check(history, seed, await HistoryInvariants.MiscountedAsync(database));
        var left = await history.QuietenAsync();
        Check(history, seed, left == 0 ? [] : [$"{left} items did not get through"]);
        Check(history, seed, await HistoryInvariants.BrokenAsync(database, history.H.Now));
        Check(history, seed, await HistoryInvariants.MiscountedAsync(database));
        return history.Hits;
    }

    private static void Check(History history, int seed, IReadOnlyList<string> broken) =>
        Assert.That(
            history.Broken.Concat(broken),
            Is.Empty,
            () => $"SCHEDULER_TEST_SEED={seed}\n{string.Join('\n', history.Log)}"
        );
}
