using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What becomes of the call that makes or changes one pipeline.</summary>
[TestFixture]
internal sealed class PipelineConfigurationTests : SchedulingFixture
{
    private static readonly ConfigurePipelineRequest Probe = new()
    {
        Provider = "SYSTEM",
        Domain = "TEST",
        PipelineTemplate = "probe",
        ScheduleCron = "0 * * * *",
    };

    private static readonly ConfigurePipelineRequest Aws = new()
    {
        Provider = "AWS",
        Domain = "COST",
        PipelineTemplate = "cost_billing",
        ScheduleCron = "0 4 * * *",
        Parameters = Account,
    };

    [Test]
    public async Task A_customer_that_is_not_there_gets_no_pipeline()
    {
        var result = await Configuration().ConfigureAsync("nobody", Probe, StoreHarness.Actor, default);

        Assert.That(result, Is.InstanceOf<ConfigureResult.NoSuchCustomer>());
    }

    [Test]
    public async Task A_schedule_that_never_fires_is_told_as_its_expression_s_fault()
    {
        // Where the calendar ends, every schedule does.
        H.Advance(Instant.FromUtc(9999, 12, 29, 0, 0) - H.Now);

        var result = await ConfigureAsync(Probe);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result as ConfigureResult.WrongSchedule)?.Part, Is.EqualTo("cron"));
            Assert.That((result as ConfigureResult.WrongSchedule)?.Message, Does.Contain("never fires"));
            Assert.That(await H.Configs.ListAsync("acme", null, null, 10, default), Is.Empty);
        }
    }

    [Test]
    public async Task To_configure_a_pipeline_as_inactive_ends_what_waits()
    {
        await QueueOneAsync();

        var result = await ConfigureAsync(Probe with { IsActive = false });

        var run = (await H.RunsAsync("acme")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<ConfigureResult.Done>().With.Property("IsNew").False);
            Assert.That((run.State, run.Reason), Is.EqualTo((RunState.Skipped, (SkipReason?)SkipReason.Cancelled)));
        }
    }

    [Test]
    public async Task To_change_an_active_pipeline_leaves_what_waits()
    {
        await QueueOneAsync();

        var result = await ConfigureAsync(Probe with { Priority = 8 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result as ConfigureResult.Done)?.Config.Priority, Is.EqualTo(8));
            Assert.That((await H.RunsAsync("acme")).Single().State, Is.EqualTo(RunState.Pending));
        }
    }

    [Test]
    public async Task Where_the_probe_may_not_run_every_other_template_is_offered()
    {
        var probe = await ConfigureAsync(Probe, allowProbe: false);
        var aws = await ConfigureAsync(Aws, allowProbe: false);

        var message = (probe as ConfigureResult.UnknownTemplate)?.Message;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(message, Does.StartWith("There is no template SYSTEM/TEST/probe."));
            Assert.That(message?[message.IndexOf("There are", StringComparison.Ordinal)..], Does.Not.Contain("probe"));
            Assert.That(message, Does.Contain("AWS/COST/cost_billing, "));
            Assert.That(aws, Is.InstanceOf<ConfigureResult.Done>().With.Property("IsNew").True);
        }
    }

    [Test]
    public async Task A_template_that_needs_a_credential_asks_which_where_there_are_several()
    {
        await MakeCredentialAsync("one");
        await MakeCredentialAsync("two");

        Assert.That(await ConfigureAsync(Aws), Is.InstanceOf<ConfigureResult.AmbiguousCredential>());
    }

    [Test]
    public async Task A_pipeline_above_the_limit_is_refused_with_it()
    {
        var first = await ConfigureAsync(Probe, most: 1);
        var second = await ConfigureAsync(Probe with { PipelineName = "second" }, most: 1);

        Assert.That(first, Is.InstanceOf<ConfigureResult.Done>());
        Assert.That(second, Is.EqualTo(new ConfigureResult.TooMany(1)));
    }

    private Task<ConfigureResult> ConfigureAsync(
        ConfigurePipelineRequest request,
        bool allowProbe = true,
        int most = 1_000
    ) => Configuration(allowProbe, most).ConfigureAsync("acme", request, StoreHarness.Actor, default);

    private async Task QueueOneAsync()
    {
        await ConfigureAsync(Probe);
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        Assert.That((await H.RunsAsync("acme")).Single().State, Is.EqualTo(RunState.Pending));
    }
}
