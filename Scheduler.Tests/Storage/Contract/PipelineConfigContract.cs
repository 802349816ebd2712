using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Configuring pipelines: one per unique key, and a due time that moves only for a reason.</summary>
internal abstract class PipelineConfigContract : StoreContract
{
    [Test]
    public async Task The_same_key_changes_the_pipeline_instead_of_making_a_second_one()
    {
        await H.OnboardAsync("acme");
        var first = await H.ConfigureAsync("acme");

        var second = await H.ConfigureAsync("acme", "main", c => c with { Priority = 9, Description = "new" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.ConfigId, Is.EqualTo(first.ConfigId));
            Assert.That(second.Priority, Is.EqualTo(9));
            Assert.That(await ListAsync(), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_number_with_more_places_than_a_double_has_is_no_obstacle()
    {
        await H.OnboardAsync("acme");
        using var parameters = JsonDocument.Parse("""{"share":0.12345678901234567890}""");

        var config = await H.ConfigureAsync("acme", "main", c => c with { Parameters = parameters.RootElement });

        Assert.That(config.Parameters!.Value.GetProperty("share").GetDouble(), Is.EqualTo(0.12345678901234568));
    }

    [TestCase("0 * * * *", "UTC", false)]
    [TestCase("30 * * * *", "UTC", true)]
    [TestCase("0 * * * *", "Asia/Kolkata", true)]
    public async Task The_due_time_moves_with_the_schedule_only(string cron, string zone, bool moves)
    {
        await H.OnboardAsync("acme");
        var before = await H.ConfigureAsync("acme");
        var asked = before.NextRunTime!.Value + Duration.FromMinutes(5);

        var after = await H.ConfigureAsync(
            "acme",
            "main",
            c => c with { ScheduleCron = cron, Timezone = zone, Priority = 7, NextRunTime = asked }
        );

        Assert.That(after.NextRunTime, Is.EqualTo(moves ? asked : before.NextRunTime));
    }

    [Test]
    public async Task A_pipeline_that_comes_back_to_life_catches_nothing_up_and_loses_its_old_reason()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync(
            "acme",
            "main",
            c => c with { Timezone = "Atlantis/Capital", NextRunTime = H.Now }
        );
        await H.TriggerAsync();
        var setAside = await H.Configs.GetAsync("acme", config.ConfigId, default);
        H.Advance(Duration.FromHours(5));

        var back = await H.ConfigureAsync("acme");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(setAside!.IsActive, Is.False);
            Assert.That(setAside.PauseReason, Is.Not.Null);
            Assert.That(back.IsActive, Is.True);
            Assert.That(back.PauseReason, Is.Null);
            Assert.That(back.NextRunTime, Is.GreaterThan(H.Now));
            Assert.That((await H.TriggerAsync()).TriggeredCount, Is.Zero);
        }
    }

    [TestCase("0 3 * * *", "UTC", DstPolicy.Default)]
    [TestCase("0 2 * * *", "Europe/Berlin", DstPolicy.Default)]
    [TestCase("0 2 * * *", "UTC", DstPolicy.Skip)]
    public async Task Whatever_part_of_the_schedule_changes_the_next_time_is_the_new_schedules(
        string cron,
        string zone,
        DstPolicy policy
    )
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", change: it => it with { ScheduleCron = "0 2 * * *" });
        var next = H.Now + Duration.FromHours(5);

        var changed = await H.ConfigureAsync(
            "acme",
            change: it => it with { ScheduleCron = cron, Timezone = zone, DstPolicy = policy, NextRunTime = next }
        );

        Assert.That(changed.NextRunTime, Is.EqualTo(next));
    }

    [Test]
    public async Task The_limit_refuses_a_new_pipeline_and_still_lets_the_old_ones_change()
    {
        await H.OnboardAsync("acme");
        var one = await H.ConfigureAsync("acme", "one");

        var refused = await H.Configs.ConfigureAsync(
            one with
            {
                ConfigId = "x",
                PipelineName = "two",
            },
            1,
            H.Stamp(),
            H.Now,
            default
        );
        var changed = await H.Configs.ConfigureAsync(
            one with
            {
                ConfigId = "y",
                Priority = 8,
            },
            1,
            H.Stamp(),
            H.Now,
            default
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Is.Null);
            Assert.That(changed!.Value.IsNew, Is.False);
            Assert.That(changed.Value.Config.Priority, Is.EqualTo(8));
        }
    }

    [Test]
    public async Task Pages_and_the_activity_filter_cover_each_pipeline_once()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        for (var i = 0; i < 5; i++)
        {
            await H.ConfigureAsync("acme", $"p{i}");
            await H.ConfigureAsync("bolt", $"p{i}");
        }
        var all = await ListAsync();
        await H.Configs.DeactivateAsync("acme", all[1].ConfigId, H.Stamp(), H.Now, default);

        var first = await H.Configs.ListAsync("acme", null, null, 3, default);
        var second = await H.Configs.ListAsync("acme", null, first[^1].ConfigId, 3, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                first.Concat(second).Select(c => c.PipelineName),
                Is.EquivalentTo(new[] { "p0", "p1", "p2", "p3", "p4" })
            );
            Assert.That(
                (await H.Configs.ListAsync("acme", true, null, 10, default)).Select(c => c.ConfigId),
                Has.None.EqualTo(all[1].ConfigId)
            );
            Assert.That(await H.Configs.ListAsync("acme", false, null, 10, default), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Deactivating_ends_the_schedule_and_is_not_possible_for_another_customer()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        var config = await H.ConfigureAsync("acme");

        var foreign = await H.Configs.DeactivateAsync("bolt", config.ConfigId, H.Stamp(), H.Now, default);
        var own = await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);
        H.AdvanceToNextHour();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(foreign, Is.Null);
            Assert.That(await H.Configs.GetAsync("bolt", config.ConfigId, default), Is.Null);
            Assert.That(own!.IsActive, Is.False);
            Assert.That((await H.TriggerAsync()).TriggeredCount, Is.Zero);
        }
    }

    private Task<IReadOnlyList<PipelineConfig>> ListAsync() => H.Configs.ListAsync("acme", null, null, 100, default);
}
