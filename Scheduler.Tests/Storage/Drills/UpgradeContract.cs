using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Drills;

/// <summary>
/// A store of an older schema, with a customer's life in it, is brought up to date and lived on. Every schema there ever was since the
/// audit trail is begun from.
/// </summary>
internal abstract class UpgradeContract
{
    private const string Customer = "acme";

    /// <summary>A store of the present schema.</summary>
    protected abstract Task<ITestDatabase> CreateAsync();

    /// <summary>A store that has had the first migrations only.</summary>
    protected abstract Task<ITestDatabase> CreateOldAsync(int migrations);

    /// <summary>Puts the rows of one store into another, as far as that one has tables and columns for them.</summary>
    protected abstract Task CopyAsync(ITestDatabase from, ITestDatabase to);

    /// <summary>Every column of every table and view: its name, type, and whether it may be null; one a row, in order.</summary>
    protected abstract string Columns { get; }

    /// <summary>The names of all tables, as <c>name</c>.</summary>
    protected abstract string Tables { get; }

    protected async Task UpgradeAsync(int migrations)
    {
        await using var now = await CreateAsync();
        var h = new StoreHarness(now.Engine);
        await h.OnboardAsync(Customer);
        await h.QueueAsync(Customer, "a", "b", "c", "d");
        var leased = await h.LeaseAsync(3);
        await h.ReportAsync(leased[0], RunOutcome.Completed);
        await h.ReportAsync(leased[1], RunOutcome.Failed, Core.Retry.ErrorType.Timeout);
        await using var old = await CreateOldAsync(migrations);
        await CopyAsync(now, old);
        var before = await CountsAsync(old, (await old.QueryAsync(Tables)).Select(row => (string)row["name"]!));

        await old.Engine.MigrateAsync(default);

        var upgraded = await CountsAsync(old, before.Keys);
        upgraded["scheduler_schema_versions"] = before["scheduler_schema_versions"];
        var after = new StoreHarness(old.Engine);
        after.Advance(h.Now - after.Now);
        // The lease of before the update is still its worker's, and everything else goes on.
        var held = await after.ReportAsync(leased[2], RunOutcome.Completed);
        after.AdvanceToNextHour();
        await after.TriggerAsync();
        while (await after.LeaseAsync(50) is { Count: > 0 } items)
        {
            await after.ReportAsync(items, RunOutcome.Completed);
        }
        var runs = await after.RunsAsync(Customer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upgraded, Is.EquivalentTo(before), "no row is lost or added");
            Assert.That(await old.QueryAsync(Columns), Is.EqualTo(await now.QueryAsync(Columns)), "as a new one");
            Assert.That(held.Status, Is.EqualTo(ResultStatus.Accepted));
            Assert.That(runs.Count(run => run.State == RunState.Completed), Is.EqualTo(8));
            Assert.That(runs.Count(run => run.State == RunState.Failed), Is.EqualTo(1));
        }
    }

    /// <summary>The migrations from which on the tables of the product are there.</summary>
    protected static IEnumerable<TestCaseData> Since(string dialect, string first) =>
        SqlText
            .Migrations(dialect)
            .Select((migration, place) => new TestCaseData(place + 1).SetArgDisplayNames($"after {migration.Name}"))
            .Skip(SqlText.Migrations(dialect).TakeWhile(migration => migration.Name != first).Count())
            .SkipLast(1);

    private static async Task<Dictionary<string, long>> CountsAsync(ITestDatabase database, IEnumerable<string> tables)
    {
        var counts = new Dictionary<string, long>();
        foreach (var table in tables)
        {
            counts[table] = (long)(await database.QueryAsync($"select count(*) as n from {table}"))[0]["n"]!;
        }
        return counts;
    }
}
