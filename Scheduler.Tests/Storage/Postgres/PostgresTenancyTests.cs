using Npgsql;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

/// <summary>Where a script for one customer forgets to ask whose the rows are, the database does not.</summary>
[TestFixture]
internal sealed class PostgresTenancyTests
{
    private const string Refused = PostgresErrorCodes.InsufficientPrivilege;

    // What is given a customer and still looks beyond it, and why.
    private static readonly Dictionary<string, string> Beyond = new()
    {
        ["customers.dataset_taken"] = "asks whether another customer has the dataset",
        ["queue.wake_customers"] = "the sweep names no customer and wakes all",
    };

    // Written by the system, or only added to.
    private static readonly string[] Kept = ["scheduler_audit_entries", "scheduler_refused_calls"];

    private PostgresDatabase database = null!;
    private NpgsqlConnection connection = null!;
    private PostgresSession session = null!;
    private int scripts;

    [SetUp]
    public async Task OpenStore()
    {
        database = await PostgresDatabase.CreateAsync();
        connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        session = new PostgresSession(connection);
    }

    [TearDown]
    public async Task CloseStore()
    {
        await session.DisposeAsync();
        await connection.DisposeAsync();
        await database.DisposeAsync();
    }

    [Test]
    public async Task Without_any_condition_a_script_sees_and_changes_its_customers_rows_alone()
    {
        var tables = await TablesAsync();
        await FillAsync(tables);

        using (Assert.EnterMultipleScope())
        {
            foreach (var table in tables)
            {
                string[] own = ["acme"];
                var see = $"select customer_id as value from {table}";
                Assert.That(await AsAsync("acme", see), Is.EqualTo(own), table);
                Assert.That(await AsAsync(null, see), Is.Empty, $"{table}, nobody named");
                if (Kept.Contains(table))
                {
                    Assert.That(() => AsAsync("acme", $"delete from {table}"), ThrowsRefusal(), $"delete from {table}");
                    continue;
                }
                Assert.That(
                    await AsAsync(
                        "acme",
                        $"update {table} set customer_id = customer_id returning customer_id as value"
                    ),
                    Is.EqualTo(own),
                    $"update {table}"
                );
                Assert.That(
                    await AsAsync("acme", $"delete from {table} returning customer_id as value"),
                    Is.EqualTo(own),
                    $"delete from {table}"
                );
                Assert.That(
                    (await database.QueryAsync(see)).Select(row => row["value"]),
                    Is.EqualTo(["bolt"]),
                    $"what is left in {table}"
                );
            }
        }
    }

    [Test]
    public async Task A_row_for_another_customer_is_refused()
    {
        var tables = await TablesAsync();
        await FillAsync(tables);

        using (Assert.EnterMultipleScope())
        {
            foreach (var table in tables)
            {
                var insert = await InsertAsync(table, "coil");
                Assert.That(() => AsAsync("acme", insert), ThrowsRefusal(), $"insert into {table}");
                Assert.That(
                    () => AsAsync("acme", $"update {table} set customer_id = 'coil'"),
                    ThrowsRefusal(),
                    $"update {table}"
                );
            }
        }
    }

    [Test]
    public async Task What_hangs_on_runs_and_pipelines_is_as_far_away_as_they_are()
    {
        var harness = new StoreHarness(database.Engine);
        foreach (var customer in (string[])["acme", "bolt"])
        {
            await harness.OnboardAsync(customer);
            await harness.QueueAsync(customer, "daily");
        }
        const string Moves = """
            select r.customer_id as value from scheduler_run_transitions t join scheduled_pipeline_runs r on r.run_id = t.run_id
            """;
        var all = await database.QueryAsync(Moves);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Select(row => row["value"]).Distinct(), Is.EquivalentTo(["acme", "bolt"]));
            Assert.That(
                await AsAsync("acme", "select run_id as value from scheduler_run_transitions"),
                Has.Count.EqualTo(all.Count(row => row["value"] is "acme"))
            );
            Assert.That(
                await AsAsync("acme", "select config_id as value from scheduler_interval_chains"),
                Has.Count.EqualTo(1)
            );
            Assert.That(
                await AsAsync("acme", "delete from scheduler_interval_chains returning config_id as value"),
                Has.Count.EqualTo(1)
            );
            Assert.That(
                await AsAsync("acme", "delete from scheduler_run_transitions returning run_id as value"),
                Has.Count.EqualTo(all.Count(row => row["value"] is "acme"))
            );
            Assert.That(
                (await database.QueryAsync(Moves)).Select(row => row["value"]).Distinct(),
                Is.EqualTo(["bolt"])
            );
        }
    }

    [Test]
    public async Task A_stores_call_for_a_customer_stands_behind_the_wall_and_the_systems_does_not()
    {
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        // Asked before and after, so that a plan made before does not outlive what it was made for.
        var before = await harness.Customers.StandingAsync("acme", default);
        await database.ExecuteAsync(
            "create policy shut on customer_profiles as restrictive to scheduler_tenant using (false)"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.Not.Null);
            Assert.That(await harness.Customers.StandingAsync("acme", default), Is.Null);
            Assert.That(await harness.Customers.CountAsync(default), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task After_a_script_and_after_its_failure_the_session_is_the_owners_again()
    {
        const string Who = "select current_user || coalesce(current_setting('scheduler.tenant', true), '') as value";
        var owner = await SystemAsync(Who);

        var inside = await AsAsync("acme", Who);
        var after = await SystemAsync(Who);
        Assert.That(
            () => AsAsync("acme", "select (1 / (length(current_user) - 16))::text as value"),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.DivisionByZero)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(inside, Is.EqualTo(["scheduler_tenantacme"]));
            Assert.That(after, Is.EqualTo(owner));
            Assert.That(await SystemAsync(Who), Is.EqualTo(owner));
        }
    }

    [Test]
    public async Task Every_table_of_customers_has_the_wall_and_nothing_without_it_is_open()
    {
        var relations = await database.QueryAsync(
            """
            select
              c.relname::text as name,
              case when c.relkind = 'r' then c.relrowsecurity else 'security_invoker=true' = any (c.reloptions) end as walled,
              exists (
                select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
              ) as is_of_customers,
              has_table_privilege('scheduler_tenant', c.oid, 'select, insert, update, delete') as open
            from pg_class c
            where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
            """
        );

        Assert.That(
            relations.Where(row => row["walled"] is not 1L && (row["is_of_customers"] is 1L || row["open"] is 1L)),
            Is.Empty
        );
    }

    [Test]
    public void What_looks_beyond_the_customer_it_is_given_is_known()
    {
        var beyond =
            from concept in SqlText.Concepts("postgres")
            from statement in SqlText.Load("postgres", concept).Statements
            where statement.IsForAll
            select $"{concept}.{statement.Name}";

        Assert.That(beyond, Is.EquivalentTo(Beyond.Keys));
    }

    private static NUnit.Framework.Constraints.EqualStringConstraint ThrowsRefusal() =>
        Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(Refused);

    // As the engine does it.
    private Task<List<string>> AsAsync(string? customerId, string script) =>
        RunAsync(script, new SqlArguments().With("customerId", customerId));

    private Task<List<string>> SystemAsync(string script) => RunAsync(script, new SqlArguments());

    private Task<List<string>> RunAsync(string script, SqlArguments arguments) =>
        session.RunAsync(
            new SqlOperation("test", $"script_{scripts++}"),
            new SqlStatement("test", script, IsWrite: true, IsForAll: false, []),
            arguments,
            row => row.Text("value"),
            default
        );

    private async Task<IReadOnlyList<string>> TablesAsync()
    {
        var tables = await database.TablesWithAsync("customer_id");
        Assert.That(tables, Has.Count.GreaterThanOrEqualTo(15));
        return tables;
    }

    /// <summary>One row of each of two customers in every table. What the rows mean, and their rules, do not matter here.</summary>
    private async Task FillAsync(IReadOnlyList<string> tables)
    {
        foreach (var table in tables)
        {
            var checks = await database.QueryAsync(
                $"select conname::text as name from pg_constraint where conrelid = '{table}'::regclass and contype = 'c'"
            );
            foreach (var check in checks)
            {
                await database.ExecuteAsync($"alter table {table} drop constraint {check["name"]}");
            }
            await database.ExecuteAsync($"alter table {table} disable trigger all");
        }
        foreach (var table in tables)
        {
            await database.ExecuteAsync(await InsertAsync(table, "acme"));
            await database.ExecuteAsync(await InsertAsync(table, "bolt"));
        }
    }

    private async Task<string> InsertAsync(string table, string customerId)
    {
        var columns = await database.QueryAsync(
            $"""
            select column_name::text as name, data_type::text as type
            from information_schema.columns
            where table_schema = current_schema() and table_name = '{table}'
              and (column_name = 'customer_id' or is_nullable = 'NO' and column_default is null and is_identity = 'NO')
            """
        );
        var values = columns.Select(column =>
            (column["name"], column["type"]) switch
            {
                ("customer_id", _) => $"'{customerId}'",
                (var name, "text") => $"'{customerId}-{name}'",
                (_, "bigint") => "1",
                (_, "boolean") => "true",
                (_, "jsonb") => "'{}'",
                (_, "bytea") => "''",
                _ => "now()",
            }
        );
        return $"""
            insert into {table} ({string.Join(", ", columns.Select(column => column["name"]))})
            values ({string.Join(", ", values)})
            """;
    }
}
