using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What a pipeline that is switched off leaves behind.</summary>
[TestFixture]
internal sealed class PipelineRetirementTests : SchedulingFixture
{
    [Test]
    public async Task What_waits_is_ended_and_what_runs_goes_on()
    {
        var config = await H.ConfigureAsync("acme");
        await H.ConfigureAsync("acme", "other");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.LeaseAsync(2);
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var retired = await DeactivateAsync("acme", config.ConfigId);

        var runs = (await H.RunsAsync("acme")).ToLookup(run => run.ConfigId == config.ConfigId);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(retired?.IsActive, Is.False);
            Assert.That(
                runs[true].Select(run => (run.State, run.Reason)),
                Is.EqualTo([(RunState.Running, (SkipReason?)null), (RunState.Skipped, SkipReason.Cancelled)])
            );
            Assert.That(
                runs[false].Select(run => run.State),
                Is.EqualTo([RunState.Running, RunState.Pending]),
                "another pipeline's"
            );
        }
    }

    [Test]
    public async Task Nobody_s_pipeline_and_another_s_stay_as_they_are()
    {
        await H.OnboardAsync("bolt");
        var config = await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await DeactivateAsync("bolt", config.ConfigId), Is.Null);
            Assert.That(await DeactivateAsync("acme", "none"), Is.Null);
            Assert.That((await H.RunsAsync("acme")).Single().State, Is.EqualTo(RunState.Pending));
        }
    }

    [Test]
    public async Task A_pipeline_with_nothing_waiting_is_only_switched_off()
    {
        var config = await H.ConfigureAsync("acme");

        Assert.That((await DeactivateAsync("acme", config.ConfigId))?.IsActive, Is.False);
    }

    [Test]
    public async Task However_many_wait_all_are_ended()
    {
        var config = await H.ConfigureAsync(
            "acme",
            change: it => it with { ScheduleCron = "* * * * *", MisfirePolicy = MisfirePolicy.RunAll }
        );
        for (var hundreds = 0; hundreds < 6; hundreds++)
        {
            H.Advance(Duration.FromMinutes(DuePlanner.MostCaughtUp));
            await H.TriggerAsync();
        }
        var before = await PendingAsync();

        await DeactivateAsync("acme", config.ConfigId);

        Assert.That((before, await PendingAsync()), Is.EqualTo((600L, 0L)));
    }

    private async Task<object?> PendingAsync() =>
        (
            await Database.QueryAsync("select count(*) as n from scheduled_pipeline_runs where state = 'PENDING'")
        ).Single()["n"];

    private Task<PipelineConfig?> DeactivateAsync(string customerId, string configId) =>
        Retirement.DeactivateAsync(customerId, configId, StoreHarness.Actor, default);
}
