using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>A run that is asked for while others move its pipeline on, and what stands in its way.</summary>
[TestFixture]
internal sealed class RunRequestsTests : SchedulingFixture
{
    private const string Plan = "scheduling.plan_batch";
    private static readonly Instant Now = StoreHarness.Start;

    private RunRequests Requests =>
        new(H.Configs, H.Schedules, H.Customers, H.Runs, new AuditStore(Engine), H.Signal, H.Clock, H.Ids);

    [Test]
    public async Task A_pipeline_that_others_move_on_meanwhile_runs_all_the_same_and_is_asked_for_once()
    {
        var config = await H.ConfigureAsync("acme");
        MoveBeforePlanning(config, times: 4);

        var result = await RunNowAsync(config);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<RunRequestResult.Queued>());
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
            Assert.That(await TargetsOfAsync("pipeline.run_now"), Is.EqualTo([config.ConfigId]));
        }
    }

    [Test]
    public async Task A_pipeline_that_others_move_on_at_every_try_is_given_up()
    {
        var config = await H.ConfigureAsync("acme");
        MoveBeforePlanning(config, times: 5);

        Assert.That(() => RunNowAsync(config), Throws.TypeOf<StorageUnavailableException>());
        Assert.That(await H.RunsAsync("acme"), Is.Empty);
    }

    [Test]
    public async Task Those_who_wait_for_work_are_woken_by_a_run_and_not_by_one_that_was_there()
    {
        var config = await H.ConfigureAsync("acme");
        var first = H.Signal.Raised;
        await RunNowAsync(config, "once");
        var second = H.Signal.Raised;
        var again = await RunNowAsync(config, "once");

        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((true, false)));
        Assert.That(again, Is.InstanceOf<RunRequestResult.AskedBefore>());
    }

    [Test]
    public async Task The_trail_names_the_run_that_is_done_again()
    {
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        await H.ReportAsync(item, RunOutcome.Completed);

        await Requests.ReplayAsync("acme", item.RunId, null, StoreHarness.Actor, default);

        Assert.That(await TargetsOfAsync("run.replay"), Is.EqualTo([item.RunId]));
    }

    [TestCase(-1, RunRefusal.CustomerNotRunnable)]
    [TestCase(0, RunRefusal.CustomerNotRunnable)]
    [TestCase(1, null)]
    public async Task A_customer_runs_until_its_end_and_not_at_it(int secondsLeft, RunRefusal? expected)
    {
        var config = await H.ConfigureAsync("acme");

        var obstacle = RunRequests.Obstacle(config, Standing(Now + Duration.FromSeconds(secondsLeft)), Now);

        Assert.That(obstacle, Is.EqualTo(expected));
    }

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(1, RunRefusal.Paused)]
    public async Task A_pause_holds_until_its_end_and_not_at_it(int secondsLeft, RunRefusal? expected)
    {
        var config = await H.ConfigureAsync("acme");
        var paused = config with { PausedUntil = Now + Duration.FromSeconds(secondsLeft) };

        Assert.That(RunRequests.Obstacle(paused, Standing(Now + Duration.FromDays(1)), Now), Is.EqualTo(expected));
    }

    private void MoveBeforePlanning(PipelineConfig config, int times)
    {
        var moved = 0;
        Engine.Before(
            Plan,
            () =>
                moved++ < times
                    ? Database.ExecuteAsync(
                        $"""
                        update customer_pipeline_configs set next_run_time = next_run_time + 60000000
                        where config_id = '{config.ConfigId}'
                        """
                    )
                    : Task.CompletedTask
        );
    }

    private Task<RunRequestResult> RunNowAsync(PipelineConfig config, string? key = null) =>
        Requests.RunNowAsync("acme", config.ConfigId, key, StoreHarness.Actor, default);

    private async Task<IEnumerable<object?>> TargetsOfAsync(string action) =>
        (await Database.QueryAsync($"select target from scheduler_audit_entries where action = '{action}'")).Select(
            row => row["target"]
        );

    private static CustomerStanding Standing(Instant runnableUntil) =>
        new()
        {
            CustomerId = "acme",
            CompanyName = "Acme",
            CustomerStatus = "ACTIVE",
            SubscriptionStatus = "ACTIVE",
            SubscriptionPlan = "SCALE",
            Timezone = "UTC",
            TenantDatasetId = "acme",
            RunnableUntil = runnableUntil,
            Now = Now,
        };
}
