using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>Who is told of a pause and of its end.</summary>
[TestFixture]
internal sealed class PipelinePausingTests : SchedulingFixture
{
    private PipelinePausing Pausing => new(H.Configs, H.Signal, H.Clock, H.Ids);

    [Test]
    public async Task Those_who_wait_for_work_look_again_at_a_new_end_and_at_the_end_of_a_pause()
    {
        var config = await H.ConfigureAsync("acme");
        var paused = H.Signal.Raised;
        await PauseAsync(config.ConfigId);
        var atThePause = paused.IsCompleted;
        var resumed = H.Signal.Raised;
        var before = resumed.IsCompleted;
        await ResumeAsync("acme", config.ConfigId);

        Assert.That((atThePause, before, resumed.IsCompleted), Is.EqualTo((true, false, true)));
    }

    [Test]
    public async Task Only_an_active_pipeline_of_the_customer_goes_on()
    {
        var config = await H.ConfigureAsync("acme");
        await H.OnboardAsync("bolt");
        await PauseAsync(config.ConfigId);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ResumeAsync("bolt", config.ConfigId), Is.InstanceOf<PauseResult.NoSuchPipeline>());
            Assert.That(await ResumeAsync("acme", "none"), Is.InstanceOf<PauseResult.NoSuchPipeline>());
            await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);
            Assert.That(await ResumeAsync("acme", config.ConfigId), Is.InstanceOf<PauseResult.SwitchedOff>());
        }
    }

    private Task<PauseResult> PauseAsync(string configId) =>
        Pausing.PauseAsync("acme", configId, H.Now + Duration.FromHours(1), "why", StoreHarness.Actor, default);

    private Task<PauseResult> ResumeAsync(string customerId, string configId) =>
        Pausing.ResumeAsync(customerId, configId, StoreHarness.Actor, default);
}
