using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Drills;

[TestFixture]
internal sealed class SqliteUpgradeTests : UpgradeContract
{
    private DirectoryInfo? folder;

    [TearDown]
    public void End()
    {
        if (folder is not null && Directory.Exists(folder.FullName))
        {
            folder.Delete(recursive: true);
        }
    }

    protected override string Columns =>
        """
            select t.name as table_name, c.name as column_name, c.type, c."notnull"
            from sqlite_schema t
            join pragma_table_info(t.name) c
            where t.type in ('table', 'view') and t.name not like 'sqlite_%'
            order by 1, 2
            """;

    protected override string Tables =>
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'";

    private static IEnumerable<TestCaseData> Schemas() => Since("sqlite", "0004_audit");

    [TestCaseSource(nameof(Schemas))]
    public Task A_store_of_an_older_schema_is_brought_up_to_date_and_goes_on(int migrations) =>
        UpgradeAsync(migrations);

    protected override async Task<ITestDatabase> CreateAsync() => await SqliteDatabase.CreateFastAsync();

    protected override async Task<ITestDatabase> CreateOldAsync(int migrations)
    {
        folder = Directory.CreateTempSubdirectory("scheduler-old-");
        var old = SqliteDatabase.OfOthers(folder);
        await old.ExecuteAsync(SqlText.Load("sqlite", "schema")["create_journal"]);
        foreach (var (name, text) in SqlText.Migrations("sqlite").Take(migrations))
        {
            await old.ExecuteAsync(text);
            await old.ExecuteAsync(
                $"insert into scheduler_schema_versions values ('{name}', '{new Migration(name, text).Checksum}', 0)"
            );
        }
        return old;
    }

    protected override async Task CopyAsync(ITestDatabase from, ITestDatabase to)
    {
        var tables = (await to.QueryAsync(Tables)).Select(row => (string)row["name"]!).ToList();
        var script = $"pragma foreign_keys = off; attach '{((SqliteDatabase)from).File}' as source;";
        foreach (var table in tables.Where(table => table != "scheduler_schema_versions"))
        {
            var columns = await ColumnsAsync(from, table);
            columns.IntersectWith(await ColumnsAsync(to, table));
            var list = string.Join(", ", columns);
            script += $"insert or ignore into main.{table} ({list}) select {list} from source.{table};";
        }
        await to.ExecuteAsync(script);
    }

    private static async Task<HashSet<string>> ColumnsAsync(ITestDatabase database, string table) =>
        [
            .. (await database.QueryAsync($"select name from pragma_table_info('{table}')")).Select(row =>
                (string)row["name"]!
            ),
        ];
}
