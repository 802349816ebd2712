using System.Text.RegularExpressions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Drills;

/// <summary>
/// The store is lost while runs go on, and what comes back is how it stood some time before. docs/operations.md says what to do then; this
/// does it, to the letter, and looks at what became of every run.
/// </summary>
internal abstract partial class RestoreContract
{
    private const string Customer = "acme";
    private static readonly string[] Pipelines = ["a", "b", "c", "d"];

    /// <summary>A store, of which backups can be taken.</summary>
    protected abstract Task<ITestDatabase> BeginAsync();

    /// <summary>While it works; whatever is done afterwards comes back as well, up to <see cref="MarkAsync"/>.</summary>
    protected abstract Task BackUpAsync();

    /// <summary>The point that will be come back to.</summary>
    protected abstract Task MarkAsync();

    /// <summary>Loses the store and brings back what it was.</summary>
    protected abstract Task<ITestDatabase> RestoreAsync();

    [Test]
    public async Task Every_occurrence_has_one_run_that_ends_once_and_what_was_done_in_the_lost_time_is_done_again()
    {
        var h = new StoreHarness((await BeginAsync()).Engine);
        await h.OnboardAsync(Customer);
        foreach (var name in Pipelines)
        {
            await h.ConfigureAsync(Customer, name, config => config with { MisfirePolicy = MisfirePolicy.RunAll });
        }
        h.AdvanceToNextHour();
        await h.TriggerAsync();
        await h.ReportAsync(await h.LeaseAsync(4), RunOutcome.Completed);
        await BackUpAsync();
        h.AdvanceToNextHour();
        await h.TriggerAsync();
        var across = await h.LeaseAsync(3);
        await h.ReportAsync(across[0], RunOutcome.Completed);
        await MarkAsync();

        // The time that will be lost: one run ends, one loses its lease and is run by another worker, an hour passes.
        var epochs = new Dictionary<string, long>();
        await h.ReportAsync(across[1], RunOutcome.Completed);
        h.Advance(h.Leases.Lease + Duration.FromSeconds(1));
        await h.Reaper.ReapAsync(default);
        var again = await h.LeaseAsync(50);
        await h.ReportAsync(again, RunOutcome.Completed);
        h.AdvanceToNextHour();
        await h.TriggerAsync();
        var late = await h.LeaseAsync(50);
        await h.ReportAsync([.. late.Take(2)], RunOutcome.Completed);
        foreach (var item in across.Concat(again).Concat(late))
        {
            epochs[item.RunId] = item.LeaseEpoch;
        }

        await using var restored = await RestoreAsync();
        var after = new StoreHarness(restored.Engine);
        after.Advance(h.Now - after.Now + Duration.FromMinutes(5));
        await restored.ExecuteAsync(DocumentedStatement());

        // Workers live on: what they hold of the lost time is nobody's.
        var strangers = await after.ReportAsync([.. late.Skip(2)], RunOutcome.Completed);
        await after.Reaper.ReapAsync(default);
        await after.TriggerAsync();
        var done = new List<LeaseItem>();
        while (await after.LeaseAsync(50) is { Count: > 0 } items)
        {
            done.AddRange(items);
            var receipts = await after.ReportAsync(items, RunOutcome.Completed);
            Assert.That(receipts.Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Accepted));
        }

        var runs = await after.RunsAsync(Customer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(strangers.Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Stale));
            Assert.That(runs.Select(run => run.State), Is.All.EqualTo(RunState.Completed));
            foreach (var pipeline in runs.GroupBy(run => run.ConfigId))
            {
                var times = pipeline.Select(run => run.ScheduledTime).ToList();
                var hours = Enumerable.Range(1, 3).Select(hour => StoreHarness.Start + Duration.FromHours(hour));
                Assert.That(times, Is.EqualTo(hours), "none is lost, none is doubled");
                Assert.That(
                    pipeline.Skip(1).Select(run => run.DataIntervalStart),
                    Is.EqualTo(pipeline.SkipLast(1).Select(run => run.DataIntervalEnd)),
                    "the data intervals meet"
                );
            }
            Assert.That(runs.GroupBy(run => run.ConfigId).Count(), Is.EqualTo(Pipelines.Length));
            Assert.That((await after.UsageAsync(Customer)).RunToday, Is.EqualTo(runs.Count), "counted once each");
            // A load is fenced by its epoch in the customer's dataset, which no restore has turned back.
            Assert.That(
                done.Where(item => epochs.TryGetValue(item.RunId, out var lost) && item.LeaseEpoch <= lost),
                Is.Empty,
                "a load of a lost lease would count as the later one"
            );
        }
    }

    /// <summary>What docs/operations.md has an operator do before the first process starts on the restored store.</summary>
    private static string DocumentedStatement()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/operations.md"));
        var section = page[page.IndexOf("## Restoring", StringComparison.Ordinal)..];
        return Statement().Match(section).Groups[1].Value;
    }

    [GeneratedRegex(@"```sql\n(.+?)\n```", RegexOptions.Singleline)]
    private static partial Regex Statement();
}
