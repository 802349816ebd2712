using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteTriggerTests : TriggerContract
{
    private SqliteDatabase? database;

    protected override async Task<ISqlEngine> OpenAsync() => (database = await SqliteDatabase.CreateAsync()).Engine;

    protected override async Task CloseAsync() => await database!.DisposeAsync();

    protected override Task SetStatusAsync(string customerId, string status) =>
        database!.ExecuteAsync($"update customer_profiles set status = '{status}' where customer_id = '{customerId}'");

    protected override Task InsertProviderConfigAsync(string customerId, string defaultParameters) =>
        database!.ExecuteAsync(
            $"""
            insert into customer_provider_configs
              (config_id, customer_id, provider, domain, config_name, default_parameters, created_at, updated_at, created_by)
            values ('pc', '{customerId}', 'SYSTEM', 'TEST', 'defaults', '{defaultParameters}', 0, 0, 'test')
            """
        );
}
