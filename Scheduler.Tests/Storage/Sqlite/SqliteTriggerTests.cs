using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Sqlite;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteTriggerTests : TriggerContract
{
    private SqliteDatabase? database;

    [Test]
    public async Task Parameters_that_are_no_json_set_their_pipeline_aside_and_hold_up_no_other()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        var bad = await H.ConfigureAsync("acme");
        await H.ConfigureAsync("bolt");
        await database!.ExecuteAsync(
            $"update customer_pipeline_configs set parameters = '{{bad' where config_id = '{bad.ConfigId}'"
        );
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync();

        var set = await H.Configs.ListAsync("bolt", true, null, 10, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.QueuedCount, Is.EqualTo(1));
            Assert.That(set, Has.Count.EqualTo(1));
            Assert.That(
                await database.QueryAsync("select pause_reason from customer_pipeline_configs where is_active = 0"),
                Has.Count.EqualTo(1)
            );
        }
    }

    [Test]
    public async Task Two_processes_on_one_file_plan_every_occurrence_once()
    {
        await H.OnboardAsync("acme");
        for (var number = 0; number < 40; number++)
        {
            await H.ConfigureAsync("acme", $"p{number}");
        }
        H.AdvanceToNextHour();
        using var second = new SqliteEngine(new SqliteOptions { ConnectionString = $"Data Source={database!.File}" });
        StoreHarness[] processes = [H, new StoreHarness(second)];
        processes[1].Advance(H.Now - processes[1].Now);

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(number => Task.Run(() => processes[number % 2].TriggerAsync(batchSize: 7)))
        );
        var leases = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(number => Task.Run(() => processes[number % 2].LeaseAsync(count: 5)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(responses.Sum(response => response.QueuedCount), Is.EqualTo(40));
            Assert.That(
                leases.SelectMany(items => items).Select(item => item.RunId).ToList(),
                Is.Unique.And.Count.EqualTo(40)
            );
        }
    }

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
