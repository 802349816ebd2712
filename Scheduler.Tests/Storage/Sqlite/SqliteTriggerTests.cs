using NUnit.Framework;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Sqlite;

[TestFixture]
internal sealed class SqliteTriggerTests : TriggerContract
{
    [Test]
    public async Task Parameters_that_are_no_json_set_their_pipeline_aside_and_hold_up_no_other()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        var bad = await H.ConfigureAsync("acme");
        await H.ConfigureAsync("bolt");
        await ExecuteAsync(
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
                await QueryAsync("select pause_reason from customer_pipeline_configs where is_active = 0"),
                Has.Count.EqualTo(1)
            );
        }
    }

    protected override async Task<ITestDatabase> CreateDatabaseAsync() => await SqliteDatabase.CreateAsync();
}
