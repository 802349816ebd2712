using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>A pause holds one pipeline, for as long as it was asked for, and what it held goes on when it ends.</summary>
internal abstract class PauseContract : StoreContract
{
    private PipelinePausing Pausing => new(H.Configs, H.Signal, H.Clock, H.Ids);

    [Test]
    public async Task A_paused_pipeline_makes_no_runs_and_catches_none_up()
    {
        var config = await ConfigureAsync("held");
        await H.ConfigureAsync("acme", "other");
        var paused = await PauseAsync(config, until: null);
        for (var hour = 0; hour < 3; hour++)
        {
            H.AdvanceToNextHour();
            await H.TriggerAsync();
        }
        H.Advance(Duration.FromMinutes(59));
        await ResumeAsync(config);
        await H.TriggerAsync();
        var before = (await RunsOfAsync(config)).Count;
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (paused.PausedUntil, paused.PauseReason, paused.PausedBy),
                Is.EqualTo((PipelinePausing.Endless, "An audit.", StoreHarness.Actor.KeyId))
            );
            Assert.That(before, Is.Zero);
            Assert.That(await RunsOfAsync(config), Has.Count.EqualTo(1), "it goes on with the next one");
            Assert.That((await H.RunsAsync("acme")).Count(run => run.ConfigId != config.ConfigId), Is.EqualTo(4));
        }
    }

    [Test]
    public async Task A_pause_ends_by_itself_at_its_time()
    {
        var config = await ConfigureAsync("held");
        await PauseAsync(config, H.Now + Duration.FromMinutes(90));
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var run = (await RunsOfAsync(config)).Single();
        Assert.That(run.ScheduledTime, Is.EqualTo(H.Now));
    }

    [TestCase(null)]
    [TestCase(10)]
    public async Task What_a_pause_holds_starts_as_soon_as_it_is_ended(int? hours)
    {
        var config = await ConfigureAsync("held");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await PauseAsync(config, hours is { } number ? H.Now + Duration.FromHours(number) : null);
        var held = await H.LeaseAsync(5);
        H.Advance(Duration.FromHours(1));
        var still = await H.LeaseAsync(5);

        var resumed = await ResumeAsync(config);
        var after = await H.LeaseAsync(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(held, Is.Empty);
            Assert.That(still, Is.Empty);
            Assert.That(after.Select(item => item.ConfigId), Is.EqualTo([config.ConfigId]));
            Assert.That(
                (resumed.PausedUntil, resumed.PauseReason, resumed.PausedBy),
                Is.EqualTo((H.Now, (string?)null, (string?)null))
            );
        }
    }

    [Test]
    public async Task Another_end_holds_what_is_held_until_then()
    {
        var config = await ConfigureAsync("held");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await PauseAsync(config, H.Now + Duration.FromHours(10));
        await H.LeaseAsync(5);

        await PauseAsync(config, H.Now + Duration.FromHours(1));
        H.Advance(Duration.FromMinutes(59));
        var before = await H.LeaseAsync(5);
        H.Advance(Duration.FromMinutes(1));
        var after = await H.LeaseAsync(5);

        Assert.That((before.Count, after.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task The_end_of_a_pause_does_not_bring_a_retry_forward_nor_what_stands_behind_another_run()
    {
        var config = await ConfigureAsync("held", OverlapPolicy.Queue);
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Failed, ErrorType.Timeout);
        await PauseAsync(config, until: null);
        await ResumeAsync(config);
        var retry = await H.LeaseAsync(5);
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var first = await H.LeaseAsync(5);
        await PauseAsync(config, until: null);
        await ResumeAsync(config);
        var second = await H.LeaseAsync(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(retry, Is.Empty, "a retry waits for its time");
            Assert.That(first, Has.Count.EqualTo(1));
            Assert.That(second, Is.Empty, "the next one waits for the end of the first");
        }
    }

    [Test]
    public async Task What_runs_goes_on_and_what_it_came_to_is_taken()
    {
        var config = await ConfigureAsync("held");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var item = (await H.LeaseAsync()).Single();
        await PauseAsync(config, until: null);

        var beat = await H.HeartbeatAsync(item);
        var receipt = await H.ReportAsync(item, RunOutcome.Completed);

        Assert.That((beat.Status, receipt.State), Is.EqualTo((HeartbeatStatus.Renewed, (RunState?)RunState.Completed)));
    }

    [Test]
    public async Task Only_an_active_pipeline_of_the_customer_is_paused()
    {
        var config = await ConfigureAsync("off");
        await H.OnboardAsync("bolt");
        await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await TryAsync("acme", config.ConfigId, null), Is.InstanceOf<PauseResult.SwitchedOff>());
            Assert.That(await TryAsync("bolt", config.ConfigId, null), Is.InstanceOf<PauseResult.NoSuchPipeline>());
            Assert.That(await TryAsync("acme", "none", null), Is.InstanceOf<PauseResult.NoSuchPipeline>());
            Assert.That(await TryAsync("acme", config.ConfigId, H.Now), Is.EqualTo(new PauseResult.OverAlready(H.Now)));
            Assert.That((await H.Configs.GetAsync("acme", config.ConfigId, default))!.PausedUntil, Is.Null);
        }
    }

    [Test]
    public async Task A_pipeline_that_is_not_paused_stays_as_it_is_when_it_is_resumed()
    {
        var config = await ConfigureAsync("main");
        H.Advance(Duration.FromSeconds(1));

        var resumed = await ResumeAsync(config);

        Assert.That((resumed.PausedUntil, resumed.UpdatedAt), Is.EqualTo(((Instant?)null, config.UpdatedAt)));
    }

    private async Task<PipelineConfig> ConfigureAsync(string name, OverlapPolicy overlap = OverlapPolicy.Allow)
    {
        await H.OnboardAsync("acme", "SCALE");
        return await H.ConfigureAsync("acme", name, config => config with { OverlapPolicy = overlap });
    }

    private Task<PauseResult> TryAsync(string customer, string config, Instant? until) =>
        Pausing.PauseAsync(customer, config, until, "An audit.", StoreHarness.Actor, default);

    private async Task<PipelineConfig> PauseAsync(PipelineConfig config, Instant? until) =>
        ((PauseResult.Done)await TryAsync("acme", config.ConfigId, until)).Config;

    private async Task<PipelineConfig> ResumeAsync(PipelineConfig config) =>
        ((PauseResult.Done)await Pausing.ResumeAsync("acme", config.ConfigId, StoreHarness.Actor, default)).Config;

    private async Task<List<Run>> RunsOfAsync(PipelineConfig config) =>
        [.. (await H.RunsAsync("acme")).Where(run => run.ConfigId == config.ConfigId)];
}
