using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteConcurrentDutyTests : ConcurrentDutyContract
{
    private SqliteDatabase? database;

    protected override async Task<ISqlEngine> OpenAsync() => (database = await SqliteDatabase.CreateAsync()).Engine;

    protected override async Task CloseAsync() => await database!.DisposeAsync();
}
