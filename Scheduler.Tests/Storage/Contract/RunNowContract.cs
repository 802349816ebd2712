using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>A run that somebody asks for stands beside the schedule and is bound by all that binds the schedule's.</summary>
internal abstract class RunNowContract : StoreContract
{
    private RunRequests Requests =>
        new(H.Configs, H.Schedules, H.Customers, H.Runs, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    [Test]
    public async Task It_is_queued_at_once_counted_and_leaves_the_schedule_alone()
    {
        var config = await ConfigureAsync();
        H.Advance(Duration.FromMinutes(20));
        var now = H.Now;

        var run = ((RunRequestResult.Queued)await AskAsync(config)).Run;
        var item = (await H.LeaseAsync(5)).Single();
        await H.ReportAsync(item, RunOutcome.Completed);
        var after = (await H.Configs.GetAsync("acme", config.ConfigId, default))!;
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var next = (await H.RunsAsync("acme"))[^1];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (run.State, run.TriggeredBy, run.RetryAttempt),
                Is.EqualTo((RunState.Pending, TriggeredBy.Manual, 0))
            );
            Assert.That(run.Lane, Does.StartWith("manual:"));
            Assert.That((run.ScheduledTime, run.DataIntervalEnd), Is.EqualTo((now, now)));
            Assert.That(run.DataIntervalStart, Is.EqualTo(StoreHarness.Start), "the schedule's last occurrence");
            Assert.That(item.RunId, Is.EqualTo(run.RunId));
            Assert.That(after.NextRunTime, Is.EqualTo(config.NextRunTime));
            Assert.That(
                (next.DataIntervalStart, next.DataIntervalEnd),
                Is.EqualTo((StoreHarness.Start, H.Now)),
                "as without it"
            );
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(2));
            var birth = (await H.Runs.TransitionsAsync(run.RunId, default))[0];
            Assert.That((birth.To, birth.Actor), Is.EqualTo((RunState.Pending, StoreHarness.Actor.KeyId)));
        }
    }

    [Test]
    public async Task The_same_key_asks_for_the_same_run()
    {
        var config = await ConfigureAsync();

        var first = ((RunRequestResult.Queued)await AskAsync(config, "once")).Run;
        H.Advance(Duration.FromHours(3));
        var again = await AskAsync(config, "once");
        var other = await AskAsync(config, "twice");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((again as RunRequestResult.AskedBefore)?.Run.RunId, Is.EqualTo(first.RunId));
            Assert.That(other, Is.InstanceOf<RunRequestResult.Queued>());
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(2));
        }
    }

    [Test]
    public async Task Those_who_ask_with_one_key_at_the_same_moment_get_one_run()
    {
        var config = await ConfigureAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => AskAsync(config, "once"))));

        var ids = results.Select(result =>
            result switch
            {
                RunRequestResult.Queued(var run) => run.RunId,
                RunRequestResult.AskedBefore(var run) => run.RunId,
                _ => result.ToString(),
            }
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.OfType<RunRequestResult.Queued>().Count(), Is.EqualTo(1));
            Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Over_the_quota_it_is_refused_and_nothing_is_left_of_it()
    {
        var config = await ConfigureAsync(plan: "STARTER");
        for (var run = 0; run < 6; run++)
        {
            await AskAsync(config);
        }

        var refused = await AskAsync(config);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Is.EqualTo(new RunRequestResult.Refused(RunRefusal.QuotaDaily)));
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(6));
            var usage = await H.UsageAsync("acme");
            Assert.That((usage.RunToday, usage.QuotaExceeded), Is.EqualTo((6, false)));
            Assert.That(await QueryAsync("select 1 from scheduler_alerts"), Is.Empty);
            Assert.That((await H.Configs.GetAsync("acme", config.ConfigId, default))!.LastRunStatus, Is.Null);
        }
    }

    [Test]
    public async Task The_overlap_policy_holds_for_it_too()
    {
        var skip = await ConfigureAsync("skip", OverlapPolicy.Skip);
        var queue = await ConfigureAsync("queue", OverlapPolicy.Queue);
        var replace = await ConfigureAsync("replace", OverlapPolicy.CancelOther);
        foreach (var config in new[] { skip, queue, replace })
        {
            await AskAsync(config);
        }

        var refused = await AskAsync(skip);
        await AskAsync(queue);
        await AskAsync(replace);

        var states = (await H.RunsAsync("acme")).ToLookup(run => run.ConfigId, run => run.State);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Is.EqualTo(new RunRequestResult.Refused(RunRefusal.Overlap)));
            Assert.That(states[skip.ConfigId], Is.EqualTo([RunState.Pending]));
            Assert.That(states[queue.ConfigId], Is.EqualTo([RunState.Pending, RunState.Pending]));
            Assert.That(states[replace.ConfigId], Is.EqualTo([RunState.Skipped, RunState.Pending]));
            Assert.That(await H.LeaseAsync(10), Has.Count.EqualTo(3), "one of queue stands behind the other");
        }
    }

    [Test]
    public async Task What_cannot_run_is_not_run()
    {
        var config = await ConfigureAsync();
        var off = await ConfigureAsync("off");
        await H.Configs.DeactivateAsync("acme", off.ConfigId, H.Stamp(), H.Now, default);
        await H.OnboardAsync("bolt");
        var foreign = await Requests.RunNowAsync("bolt", config.ConfigId, null, StoreHarness.Actor, default);
        var switchedOff = await AskAsync(off);
        var until = H.Now + Duration.FromHours(1);
        await H.Configs.SetPauseAsync("acme", config.ConfigId, until, "key", "x", H.Stamp(), H.Now, default);
        var paused = await AskAsync(config);
        var suspended = new UpdateCustomerRequest { Status = CustomerStatus.Suspended };
        await H.Profiles.UpdateAsync("acme", suspended, StoreHarness.Actor, default);
        var notRunnable = await AskAsync(config);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(foreign, Is.InstanceOf<RunRequestResult.NoSuchPipeline>());
            Assert.That(switchedOff, Is.EqualTo(new RunRequestResult.Refused(RunRefusal.SwitchedOff)));
            Assert.That(paused, Is.EqualTo(new RunRequestResult.Refused(RunRefusal.Paused)));
            Assert.That(notRunnable, Is.EqualTo(new RunRequestResult.Refused(RunRefusal.CustomerNotRunnable)));
            Assert.That(await H.RunsAsync("acme"), Is.Empty);
        }
    }

    [Test]
    public async Task A_replay_does_the_same_occurrence_again()
    {
        var config = await ConfigureAsync();
        var failed = await FailedAsync(config);
        H.Advance(Duration.FromMinutes(5));

        var replay = ((RunRequestResult.Queued)await ReplayAsync(failed)).Run;
        var item = (await H.LeaseAsync(5)).Single();
        await H.ReportAsync(item, RunOutcome.Completed);
        var second = ((RunRequestResult.Queued)await ReplayAsync(failed)).Run;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (replay.ScheduledTime, replay.DataIntervalStart, replay.DataIntervalEnd),
                Is.EqualTo((failed.ScheduledTime, failed.DataIntervalStart, failed.DataIntervalEnd))
            );
            Assert.That(
                (replay.Lane, replay.TriggeredBy),
                Is.EqualTo(($"replay:{failed.RunId}:1", TriggeredBy.Manual))
            );
            Assert.That(second.Lane, Is.EqualTo($"replay:{failed.RunId}:2"));
            Assert.That((await H.Runs.GetAsync("acme", failed.RunId, default))!.State, Is.EqualTo(RunState.Failed));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(3), "it counts like any other run");
        }
    }

    [Test]
    public async Task A_replay_under_a_key_is_asked_for_once_and_each_has_retries_of_its_own()
    {
        var config = await ConfigureAsync();
        var failed = await FailedAsync(config);
        var results = await Task.WhenAll(
            new[] { "a", "b", "a" }.Select(key => Task.Run(() => ReplayAsync(failed, key)))
        );
        var items = await H.LeaseAsync(5);
        await H.ReportAsync(items, RunOutcome.Failed, ErrorType.Timeout);

        var lanes = (await H.RunsAsync("acme")).Where(run => run.RetryAttempt == 1).Select(run => run.Lane);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.OfType<RunRequestResult.Queued>().Count(), Is.EqualTo(2));
            Assert.That(items, Has.Count.EqualTo(2));
            Assert.That(lanes, Is.EquivalentTo([$"replay:{failed.RunId}:key:a", $"replay:{failed.RunId}:key:b"]));
        }
    }

    [TestCase(OverlapPolicy.Skip)]
    [TestCase(OverlapPolicy.Queue)]
    [TestCase(OverlapPolicy.CancelOther)]
    public async Task A_replay_waits_for_what_is_open_and_takes_nobody_s_place(OverlapPolicy overlap)
    {
        var config = await ConfigureAsync(overlap: overlap);
        var failed = await FailedAsync(config);
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var live = (await H.LeaseAsync(5)).Single();

        var replay = ((RunRequestResult.Queued)await ReplayAsync(failed)).Run;
        var during = await H.LeaseAsync(5);
        var beat = await H.HeartbeatAsync(live);
        await H.ReportAsync(live, RunOutcome.Completed);
        var after = await H.LeaseAsync(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(during, Is.Empty);
            Assert.That(beat.Status, Is.EqualTo(HeartbeatStatus.Renewed));
            Assert.That(after.Select(item => item.RunId), Is.EqualTo([replay.RunId]));
        }
    }

    [Test]
    public async Task Only_a_run_of_the_customer_that_has_ended_is_done_again()
    {
        var config = await ConfigureAsync();
        var failed = await FailedAsync(config);
        await H.OnboardAsync("bolt");
        var open = ((RunRequestResult.Queued)await AskAsync(config)).Run;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ReplayAsync(open), Is.EqualTo(new RunRequestResult.Refused(RunRefusal.NotFinished)));
            Assert.That(
                await Requests.ReplayAsync("bolt", failed.RunId, null, StoreHarness.Actor, default),
                Is.InstanceOf<RunRequestResult.NoSuchPipeline>()
            );
        }
    }

    [Test]
    public async Task The_trail_tells_who_asked()
    {
        var config = await ConfigureAsync();

        await AskAsync(config, "once");

        var entry = (
            await QueryAsync(
                "select chain, target, key_id from scheduler_audit_entries where action = 'pipeline.run_now'"
            )
        ).Single();
        Assert.That(
            (entry["chain"], entry["target"], entry["key_id"]),
            Is.EqualTo(("customer:acme", config.ConfigId, StoreHarness.Actor.KeyId))
        );
    }

    private async Task<PipelineConfig> ConfigureAsync(
        string name = "main",
        OverlapPolicy overlap = OverlapPolicy.Allow,
        string plan = "SCALE"
    )
    {
        await H.OnboardAsync("acme", plan);
        return await H.ConfigureAsync("acme", name, config => config with { OverlapPolicy = overlap });
    }

    private Task<RunRequestResult> AskAsync(PipelineConfig config, string? key = null) =>
        Requests.RunNowAsync("acme", config.ConfigId, key, StoreHarness.Actor, default);

    private async Task<Run> FailedAsync(PipelineConfig config)
    {
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var item = (await H.LeaseAsync(5)).Single();
        await H.ReportAsync(item, RunOutcome.Failed, ErrorType.InvalidConfiguration);
        var run = (await H.Runs.GetAsync("acme", item.RunId, default))!;
        Assert.That(run.ConfigId, Is.EqualTo(config.ConfigId));
        return run;
    }

    private Task<RunRequestResult> ReplayAsync(Run run, string? key = null) =>
        Requests.ReplayAsync("acme", run.RunId, key, StoreHarness.Actor, default);
}
