using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteAuditTests : AuditContract
{
    private SqliteDatabase? database;

    protected override async Task<ISqlEngine> OpenAsync() => (database = await SqliteDatabase.CreateAsync()).Engine;

    protected override async Task CloseAsync() => await database!.DisposeAsync();

    protected override async Task<IReadOnlyList<string>> EntriesAsync() =>
        [
            .. (await database!.QueryAsync("select * from scheduler_audit_entries order by rowid")).Select(row =>
                $"{row["action"]} {row["target"]} {row["before_json"]} → {row["after_json"]}"
            ),
        ];

    protected override Task ExecuteAsync(string statement) => database!.ExecuteAsync(statement);
}
