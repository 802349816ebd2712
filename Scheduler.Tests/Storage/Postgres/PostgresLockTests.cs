using Npgsql;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

/// <summary>
/// What changes a customer's work or data locks the customer before it changes anything: what a script decides on is then still so
/// when it writes, whatever else is going on.
/// </summary>
[TestFixture]
internal sealed class PostgresLockTests
{
    private const string Work = "scheduler_fair_shares";
    private const string Data = "customer_profiles";

    private PostgresDatabase? database;
    private StoreHarness? harness;

    private StoreHarness H => harness!;

    [SetUp]
    public async Task Open()
    {
        database = await PostgresDatabase.CreateAsync();
        harness = new StoreHarness(database.Engine);
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "first", "second");
    }

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [Test]
    public Task A_trigger_locks_the_work() =>
        LocksFirstAsync(
            Work,
            () =>
            {
                H.AdvanceToNextHour();
                return H.TriggerAsync();
            }
        );

    [Test]
    public Task A_claim_locks_the_work() =>
        LocksFirstAsync(Work, () => H.LeaseAsync(), besides: "scheduler_turnstiles");

    [Test]
    public async Task A_claim_that_waited_for_a_lock_serves_who_came_meanwhile()
    {
        await H.OnboardAsync("late");
        var pipeline = await H.ConfigureAsync("late");
        var requests = new RunRequests(
            H.Configs,
            H.Schedules,
            H.Customers,
            H.Runs,
            new AuditStore(H.Engine),
            H.Signal,
            H.Clock,
            H.Ids
        );
        IReadOnlyList<LeaseItem> leased = [];

        await WhileHeldAsync(
            Work,
            async () => leased = await H.LeaseAsync(2),
            _ => requests.RunNowAsync("late", pipeline.ConfigId, null, StoreHarness.Actor, default)
        );

        Assert.That(leased.Select(item => item.CustomerId), Is.EquivalentTo(["acme", "late"]));
    }

    [Test]
    public async Task A_result_locks_the_work()
    {
        var item = (await H.LeaseAsync()).Single();

        await LocksFirstAsync(Work, () => H.ReportAsync(item, RunOutcome.Completed));
    }

    [TestCase(Work)]
    [TestCase(Data)]
    public Task A_change_of_zone_locks(string table) =>
        LocksFirstAsync(
            table,
            () => H.Profiles.UpdateAsync("acme", new() { Timezone = "Asia/Tokyo" }, StoreHarness.Actor, default)
        );

    [TestCase(Work)]
    [TestCase(Data)]
    public Task A_change_of_plan_locks(string table) =>
        LocksFirstAsync(
            table,
            () =>
                H.Plans.ChangeAsync(
                    "acme",
                    new() { PlanName = SubscriptionPlan.Scale },
                    isAdmin: true,
                    StoreHarness.Actor,
                    default
                )
        );

    [Test]
    public Task A_new_pipeline_locks_the_data() => LocksFirstAsync(Data, () => H.ConfigureAsync("acme", "third"));

    /// <summary>Sees that nothing is written before the customer's row can be locked.</summary>
    /// <param name="besides">A table whose row it may have locked before.</param>
    private Task LocksFirstAsync(string table, Func<Task> operation, string besides = "") =>
        WhileHeldAsync(
            table,
            operation,
            async waiting =>
            {
                var written = await database!.QueryAsync(
                    $"""
                    select c.relname as name from pg_locks l join pg_class c on c.oid = l.relation
                    where l.pid = {waiting} and l.mode = 'RowExclusiveLock' and c.relkind = 'r' and c.relname not in ('{table}', '{besides}')
                    """
                );
                Assert.That(written.Select(row => row["name"]), Is.Empty, "It began to write before it had the lock.");
            }
        );

    /// <summary>Holds a customer's row, sees the operation wait for it, and lets it go on.</summary>
    /// <param name="meanwhile">Is told which process of the server waits.</param>
    private async Task WhileHeldAsync(string table, Func<Task> operation, Func<object, Task> meanwhile)
    {
        await using var holder = new NpgsqlConnection(database!.ConnectionString);
        await holder.OpenAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = holder.CreateCommand())
        {
            hold.Transaction = transaction;
            hold.CommandText = $"select 1 from {table} where customer_id = 'acme' for no key update";
            Assert.That(await hold.ExecuteScalarAsync(), Is.Not.Null, "There is a row to hold.");
        }

        var running = Task.Run(operation);
        var waiting = Until.SeenAsync("the operation waits for the customer", WaitingAsync);
        await Task.WhenAny(running, waiting);

        Assert.That(running.IsCompleted, Is.False, $"It took no lock of {table}.");
        await meanwhile((await waiting)!);
        await transaction.RollbackAsync();
        await running;
    }

    /// <returns>The process of the server that waits for a lock of this database.</returns>
    private async Task<object?> WaitingAsync()
    {
        var waiting = await database!.QueryAsync(
            "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        );
        return waiting.Count == 0 ? null : waiting[0]["pid"];
    }
}
