using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Alerts.Mails;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Datasets;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>A cancelled customer is removed whole, nobody else, and the trail of it stays.</summary>
internal abstract class PurgeContract : StoreContract
{
    [Test]
    public async Task Nothing_of_a_purged_customer_is_left_but_its_trail()
    {
        await LiveAsync("acme");
        await LiveAsync("bolt");
        await CancelAsync("acme");
        var datasets = new NoDatasets();

        var done = await Purging(datasets).PurgeAsync("acme", StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(done, Is.True);
            Assert.That(datasets.Removed, Is.EqualTo(["acme"]));
            foreach (var table in (await Database.TablesWithAsync("customer_id")).Except(["scheduler_audit_entries"]))
            {
                Assert.That(await CountAsync(table, "acme"), Is.Zero, table);
            }
            Assert.That(await CountAsync("scheduled_pipeline_runs", "bolt"), Is.EqualTo(1));
            Assert.That(await CountAsync("customer_api_keys", "bolt"), Is.EqualTo(1));
            Assert.That(await CountAsync("scheduler_deliveries", "bolt"), Is.EqualTo(1));
            Assert.That(await CountAsync("scheduler_failing_pipelines", "bolt"), Is.EqualTo(1));
            Assert.That(
                (
                    await QueryAsync(
                        "select action from scheduler_audit_entries where customer_id = 'acme' order by audit_id"
                    )
                ).Select(row => row["action"]),
                Does.Contain("customer.purge").And.Contain("customer.onboard")
            );
        }
    }

    [Test]
    public async Task Only_a_cancelled_customer_is_purged()
    {
        await LiveAsync("acme");

        var done = await Purging(new NoDatasets()).PurgeAsync("acme", StoreHarness.Actor, default);
        var store = new PurgeStore(H.Engine, H.Clock);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(done, Is.False);
            Assert.That(await store.DeleteRunsAsync("acme", 10, default), Is.Zero);
            Assert.That(await store.DeleteCustomerAsync("acme", H.Stamp(), H.Now, default), Is.False);
            Assert.That(await CountAsync("scheduled_pipeline_runs", "acme"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_customer_whose_run_is_at_work_is_not_purged()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        await H.LeaseAsync();
        await CancelAsync("acme");

        Assert.That(await Purging(new NoDatasets()).PurgeAsync("acme", StoreHarness.Actor, default), Is.False);
    }

    [Test]
    public async Task A_purge_that_was_cut_short_goes_on()
    {
        await LiveAsync("acme");
        await CancelAsync("acme");
        await new PurgeStore(H.Engine, H.Clock).DeleteRunsAsync("acme", 1, default);

        var purging = Purging(new NoDatasets());
        var left = await purging.LookAsync("acme", default);
        await purging.PurgeAsync("acme", StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(left!.Rows["scheduled_pipeline_runs"], Is.Zero);
            Assert.That(left.Rows["customer_pipeline_configs"], Is.EqualTo(1));
            Assert.That(await purging.LookAsync("acme", default), Is.Null);
        }
    }

    [Test]
    public async Task A_step_takes_no_more_than_its_limit()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c");
        await CancelAsync("acme");
        var store = new PurgeStore(H.Engine, H.Clock);
        List<long> runs = [];
        List<long> pipelines = [];

        while (runs is not [.., 0])
        {
            runs.Add(await store.DeleteRunsAsync("acme", 2, default));
        }
        while (pipelines is not [.., 0])
        {
            pipelines.Add(await store.DeleteConfigsAsync("acme", 2, default));
        }

        Assert.That((runs, pipelines), Is.EqualTo((new List<long> { 2, 1, 0 }, new List<long> { 2, 1, 0 })));
    }

    [Test]
    public async Task Of_several_purges_at_once_one_says_that_it_did_it()
    {
        await LiveAsync("acme");
        await CancelAsync("acme");

        var done = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ => Task.Run(() => Purging(new NoDatasets()).PurgeAsync("acme", StoreHarness.Actor, default)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(done.Count(each => each), Is.EqualTo(1));
            Assert.That(
                await QueryAsync("select 1 from scheduler_audit_entries where action = 'customer.purge'"),
                Has.Count.EqualTo(1)
            );
        }
    }

    private Purging Purging(IDatasetCatalog datasets) =>
        new(new PurgeStore(H.Engine, H.Clock), datasets, H.Clock, H.Ids);

    private async Task LiveAsync(string customerId)
    {
        await H.OnboardAsync(customerId);
        await H.QueueAsync(customerId, "main");
        await H.ReportAsync((await H.LeaseAsync())[0], RunOutcome.Completed);
        await AlarmAsync(customerId);
    }

    /// <summary>An alert about the customer, something to be sent of it, and a pipeline that was told to be failing.</summary>
    private async Task AlarmAsync(string customerId)
    {
        var alerts = new AlertStore(H.Engine, H.Clock);
        await alerts.SettleAsync([new AlertJudgement("TEST", customerId, customerId, "m")], [], H.Now, default);
        var (told, deliveries) = Announcements.Of(
            (await alerts.ListUntoldAsync(H.Now, 1, default)).Single(),
            [SinkKind.Slack]
        );
        await alerts.TellAsync([told], deliveries, H.Now, H.Now, default);
        var config = (
            await QueryAsync($"select config_id from customer_pipeline_configs where customer_id = '{customerId}'")
        )[0];
        await alerts.TellRunsAsync(
            await alerts.RunMarkAsync(default),
            new RunMark(H.Now, customerId),
            [],
            [new FailingPipelineRow((string)config["config_id"]!, customerId, H.Now, H.Now, 1)],
            H.Now,
            H.Now,
            default
        );
    }

    private Task<ProfileResult> CancelAsync(string customerId) =>
        H.Profiles.UpdateAsync(customerId, new() { Status = CustomerStatus.Cancelled }, StoreHarness.Actor, default);

    private async Task<long> CountAsync(string table, string customerId) =>
        (long)(await QueryAsync($"select count(*) as n from {table} where customer_id = '{customerId}'"))[0]["n"]!;
}
