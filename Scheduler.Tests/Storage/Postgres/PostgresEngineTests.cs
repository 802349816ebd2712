using NodaTime;
using Npgsql;
using NUnit.Framework;
using Scheduler.Core.Duties;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

[TestFixture]
internal sealed class PostgresEngineTests
{
    [Test]
    public async Task The_database_tells_the_time()
    {
        await using var database = await PostgresDatabase.CreateAsync();

        var now = await new OperationClock(database.Engine).ReadAsync(default);

        Assert.That(now, Is.GreaterThan(Instant.FromUtc(2020, 1, 1, 0, 0)));
    }

    [Test]
    public async Task Migrating_again_and_at_once_changes_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        const string Count = "select count(*) as n from scheduler_schema_versions";
        var before = (await database.QueryAsync(Count))[0]["n"];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => database.Engine.MigrateAsync(default)));

        Assert.That((await database.QueryAsync(Count))[0]["n"], Is.EqualTo(before));
    }

    [Test]
    public async Task A_session_from_before_a_change_of_the_schema_is_replaced()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        // Of an engine each, so that each finds a session from before.
        var other = database.Connect();
        var runs = new RunStore(database.Engine, new OperationClock(database.Engine));
        var duties = new DutyStore(other, new OperationClock(other));
        await runs.GetAsync("customer", "run", default);
        await duties.TakeAsync("duty", "one", null, Duration.FromMinutes(1), default);

        // Both answers get another type, as they may in the middle of a rolling upgrade.
        await database.ExecuteAsync(
            """
            alter table scheduled_pipeline_runs add column added text;
            alter table scheduler_duty_leases alter column holder type varchar(100);
            """
        );
        var run = await runs.GetAsync("customer", "run", default);
        var lease = await duties.TakeAsync("duty", "one", null, Duration.FromMinutes(1), default);

        Assert.That(run, Is.Null);
        Assert.That((lease.Holder, lease.Term), Is.EqualTo(("one", 1)));
    }

    [TestCase("Options=-c statement_timeout=300")]
    [TestCase("Command Timeout=1")]
    public async Task A_session_whose_script_ran_out_of_time_is_replaced(string limit)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var engine = new PostgresEngine(
            new PostgresOptions { ConnectionString = $"{database.ConnectionString};{limit}" }
        );
        var duties = new DutyStore(engine, new OperationClock(engine));
        Task<DutyLease> TakeAsync() => duties.TakeAsync("duty", "one", null, Duration.FromMinutes(1), default);
        await TakeAsync();
        var before = await SessionsAsync(database);

        await using (var holder = new NpgsqlConnection(database.ConnectionString))
        {
            await holder.OpenAsync();
            await using var transaction = await holder.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("select 1 from scheduler_duty_leases for update", holder);
            await hold.ExecuteNonQueryAsync();
            Assert.That(TakeAsync, Throws.TypeOf<StorageUnavailableException>());
        }
        await TakeAsync();

        Assert.That(before, Has.Count.EqualTo(1));
        // The server ends what its client has left in its own time.
        await Until.TrueAsync(
            "the session of before is gone",
            async () => !(await SessionsAsync(database)).Contains(before[0])
        );
    }

    private static async Task<List<object?>> SessionsAsync(PostgresDatabase database) =>
        [
            .. (
                await database.QueryAsync(
                    "select pid from pg_stat_activity where datname = current_database() and application_name = 'scheduler'"
                )
            ).Select(row => row["pid"]),
        ];
}
