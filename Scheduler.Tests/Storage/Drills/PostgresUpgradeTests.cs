using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Drills;

[TestFixture]
internal sealed class PostgresUpgradeTests : UpgradeContract
{
    protected override string Columns =>
        """
            select table_name::text, column_name::text, data_type::text, is_nullable::text
            from information_schema.columns
            where table_schema = current_schema()
            order by 1, 2
            """;

    protected override string Tables =>
        """
            select table_name::text as name from information_schema.tables
            where table_schema = current_schema() and table_type = 'BASE TABLE'
            """;

    private static IEnumerable<TestCaseData> Schemas() => Since("postgres", "0004_audit");

    [TestCaseSource(nameof(Schemas))]
    public Task A_store_of_an_older_schema_is_brought_up_to_date_and_goes_on(int migrations) =>
        UpgradeAsync(migrations);

    protected override async Task<ITestDatabase> CreateAsync() => await PostgresDatabase.CreateAsync();

    protected override async Task<ITestDatabase> CreateOldAsync(int migrations)
    {
        var old = await PostgresDatabase.CreateEmptyAsync();
        await old.ExecuteAsync(SqlText.Load("postgres", "schema")["create_journal"]);
        foreach (var (name, text) in SqlText.Migrations("postgres").Take(migrations))
        {
            await old.ExecuteAsync(text);
            await old.ExecuteAsync(
                $"insert into scheduler_schema_versions (name, checksum) values ('{name}', '{new Migration(name, text).Checksum}')"
            );
        }
        return old;
    }

    protected override async Task CopyAsync(ITestDatabase from, ITestDatabase to)
    {
        // As a restore does: neither foreign keys nor triggers.
        await to.ExecuteAsync("set session_replication_role = replica");
        var tables = (await to.QueryAsync(Tables)).Select(row => (string)row["name"]!);
        foreach (var table in tables.Where(table => table != "scheduler_schema_versions"))
        {
            var rows = await from.QueryAsync($"select coalesce(json_agg(t), '[]')::text as rows from {table} t");
            var json = ((string)rows[0]["rows"]!).Replace("'", "''", StringComparison.Ordinal);
            await to.ExecuteAsync(
                $"""
                insert into {table} overriding system value
                select * from jsonb_populate_recordset(null::{table}, '{json}')
                on conflict do nothing
                """
            );
        }
        await to.ExecuteAsync(
            """
            set session_replication_role = origin;
            select setval(pg_get_serial_sequence('scheduler_run_transitions', 'transition_id'), 1000000);
            select setval(pg_get_serial_sequence('scheduler_alerts', 'alert_id'), 1000000);
            """
        );
    }
}
