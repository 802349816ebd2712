using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteQueueTests : QueueContract
{
    private SqliteDatabase? database;

    protected override async Task<ISqlEngine> OpenAsync() => (database = await SqliteDatabase.CreateAsync()).Engine;

    protected override async Task CloseAsync() => await database!.DisposeAsync();

    protected override Task SetStatusAsync(string customerId, string status) =>
        database!.ExecuteAsync($"update customer_profiles set status = '{status}' where customer_id = '{customerId}'");

    protected override Task PauseAsync(string name, Instant until) =>
        database!.ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {until.Micros()} where pipeline_name = '{name}'"
        );
}
