using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Sqlite;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteEngineTests
{
    private static readonly SqlOperation Count = new("customers", "count");

    [Test]
    public async Task Migrating_again_changes_nothing()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        var before = await SchemaAsync(database);

        await database.Engine.MigrateAsync(default);

        Assert.That(await SchemaAsync(database), Is.EqualTo(before).And.Not.Empty);
    }

    [Test]
    public async Task Several_processes_migrate_one_file_at_the_same_time()
    {
        var folder = Directory.CreateTempSubdirectory("scheduler-test-");
        var options = new SqliteOptions { ConnectionString = $"Data Source={folder.FullName}/new/scheduler.db" };
        var engines = Enumerable.Range(0, 8).Select(_ => new SqliteEngine(options)).ToArray();

        await Task.WhenAll(engines.Select(engine => Task.Run(() => engine.MigrateAsync(default))));

        Assert.That(
            await engines[0].SingleAsync(Count, new SqlArguments(), row => row.Int64("customers"), default),
            Is.Zero
        );
        foreach (var engine in engines)
        {
            engine.Dispose();
        }
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task A_database_of_another_version_is_refused_and_left_as_it_is()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await database.ExecuteAsync("update scheduler_schema_versions set checksum = 'other' where name like '0002%'");
        var before = await SchemaAsync(database);

        Assert.That(
            () => database.Engine.MigrateAsync(default),
            Throws.TypeOf<SchemaDriftException>().With.Message.Contains("0002")
        );
        Assert.That(await SchemaAsync(database), Is.EqualTo(before));
    }

    [Test]
    public async Task A_script_that_fails_in_the_middle_writes_nothing_and_the_next_one_works()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            insert into customer_profiles (customer_id, company_name, admin_email, tenant_dataset_id, status,
              subscription_plan, created_at, updated_at)
            values ('acme', 'Acme', 'a@example.com', 'acme', 'ACTIVE', 'STARTER', 0, 0);
            insert into customer_subscriptions (subscription_id, customer_id, plan_name, status, subscription_start_date,
              created_at, updated_at)
            values ('s1', 'acme', 'ENTERPRISE', 'ACTIVE', '1970-01-01', 0, 0);
            create trigger broken before insert on scheduler_fair_shares begin select raise(abort, 'broken'); end;
            insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template,
              pipeline_name, is_active, schedule_type, schedule_cron, next_run_time, misfire_policy, overlap_policy,
              dst_policy, created_at, updated_at, created_by)
            values ('c1', 'acme', 'SYSTEM', 'TEST', 'probe', 'p', 1, 'DAILY', '0 0 * * *', 1000000, 'run_once', 'queue',
              'default', 0, 0, 'test')
            """
        );

        Assert.That(() => PlanAsync(database), Throws.TypeOf<SqliteException>());
        var untouched = await database.QueryAsync("select next_run_time from customer_pipeline_configs");
        await database.ExecuteAsync("drop trigger broken");
        await PlanAsync(database);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(untouched[0]["next_run_time"], Is.EqualTo(1_000_000));
            Assert.That(await database.QueryAsync("select run_id from scheduled_pipeline_runs"), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Statistics_that_a_tool_left_behind_are_gone_before_the_first_script()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            analyze;
            insert into sqlite_stat1 (tbl, idx, stat) values ('pipeline_execution_queue', null, '3')
            """
        );

        await PlanAsync(database);

        Assert.That(await database.QueryAsync("select tbl from sqlite_stat1"), Is.Empty);
    }

    [Test]
    public async Task A_file_that_is_no_database_is_an_error_and_not_an_empty_store()
    {
        var folder = Directory.CreateTempSubdirectory("scheduler-test-");
        var file = Path.Combine(folder.FullName, "scheduler.db");
        await File.WriteAllTextAsync(file, new string('x', 4096));
        using (var engine = new SqliteEngine(new SqliteOptions { ConnectionString = $"Data Source={file}" }))
        {
            Assert.That(() => engine.MigrateAsync(default), Throws.TypeOf<SchemaDriftException>());
        }
        Assert.That(await File.ReadAllTextAsync(file), Does.StartWith("xxxx"));
        folder.Delete(recursive: true);
    }

    private static Task<IReadOnlyList<string>> PlanAsync(SqliteDatabase database) =>
        database.Engine.RunAsync(
            new SqlOperation("scheduling", "plan_batch"),
            new SqlArguments()
                .With("now", NodaTime.Instant.FromUnixTimeSeconds(10))
                .With(
                    "configs",
                    """[{"config_id":"c1","expected":1000000,"next_run_time":20000000,"cron":"0 0 * * *","timezone":"UTC","dst_policy":"default","is_live":true,"customer_timezone":"UTC","chain_end":1000000}]"""
                )
                .With(
                    "occurrences",
                    """
                    [{"config_id":"c1","run_id":"r1","queue_id":"q1","scheduled_time":1000000,"interval_start":0,
                      "interval_end":1000000,"visible_at":1000000,"idempotency_key":"k1","usage_id":"acme_19700101",
                      "usage_date":"1970-01-01","misfire":0}]
                    """
                ),
            row => row.Text("kind"),
            default
        );

    private static async Task<string[]> SchemaAsync(SqliteDatabase database) =>
        [
            .. (await database.QueryAsync("select name, sql from sqlite_schema order by name")).Select(row =>
                $"{row["name"]}{row["sql"]}"
            ),
        ];
}
