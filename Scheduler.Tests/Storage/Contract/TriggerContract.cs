using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Due pipelines become runs, exactly once, whatever happens to the trigger.</summary>
internal abstract class TriggerContract : StoreContract
{
    [Test]
    public async Task A_due_pipeline_gets_one_run_and_its_next_time()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync();

        var run = (await H.RunsAsync("acme")).Single();
        var after = await H.Configs.GetAsync("acme", config.ConfigId, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.TriggeredCount, Is.EqualTo(1));
            Assert.That(response.QueuedCount, Is.EqualTo(1));
            Assert.That(response.HasMore, Is.False);
            Assert.That(response.NextTriggerTime, Is.EqualTo(H.Now + Duration.FromHours(1)));
            Assert.That(run.State, Is.EqualTo(RunState.Pending));
            Assert.That(run.ScheduledTime, Is.EqualTo(H.Now));
            Assert.That(run.DataIntervalEnd, Is.EqualTo(H.Now));
            Assert.That(run.DataIntervalStart, Is.EqualTo(H.Now - Duration.FromHours(1)));
            Assert.That(run.TriggeredBy, Is.EqualTo(TriggeredBy.CloudScheduler));
            Assert.That(after!.NextRunTime, Is.EqualTo(H.Now + Duration.FromHours(1)));
        }
    }

    [Test]
    public async Task Nothing_is_triggered_before_its_time()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme");
        H.Advance(Duration.FromMinutes(60) - Duration.FromMilliseconds(1));

        var response = await H.TriggerAsync();

        Assert.That(response.TriggeredCount, Is.Zero);
    }

    [Test]
    public async Task A_second_trigger_finds_nothing_left_to_do()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c");

        var second = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.TriggeredCount, Is.Zero);
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(3));
        }
    }

    [Test]
    public async Task Eight_triggers_at_once_create_each_run_once()
    {
        await H.OnboardAsync("acme");
        for (var i = 0; i < 60; i++)
        {
            await H.ConfigureAsync("acme", $"p{i}");
        }
        H.AdvanceToNextHour();

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => H.TriggerAsync(batchSize: 7)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(responses.Sum(response => response.QueuedCount), Is.EqualTo(60));
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(60));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(60));
            Assert.That(await LeaseEverythingAsync(), Has.Count.EqualTo(60));
        }
    }

    [Test]
    public async Task A_batch_planned_from_an_outdated_time_writes_nothing()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        var due = await H.Schedules.ListDueAsync(H.Now, null, 10, default);
        await H.TriggerAsync();
        var late = new BatchPlanner(new Core.Identifiers.RandomIdSource(), new TriggerOptions()).Plan(
            due,
            H.Now,
            int.MaxValue
        );

        var outcome = await H.Schedules.PlanBatchAsync(late.Pipelines, late.Runs, H.Now, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome.Won, Is.Zero);
            Assert.That(outcome.Lost, Is.EqualTo(1));
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_schedule_set_back_by_an_edit_does_not_repeat_an_occurrence()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var occurrence = H.Now;
        await H.ConfigureAsync("acme", "main", c => c with { ScheduleCron = "30 * * * *" });
        await H.ConfigureAsync("acme", "main", c => c with { NextRunTime = occurrence });

        var response = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.TriggeredCount, Is.Zero);
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
            Assert.That(
                (await H.Configs.GetAsync("acme", config.ConfigId, default))!.NextRunTime,
                Is.GreaterThan(H.Now)
            );
        }
    }

    [Test]
    public async Task Batches_go_on_until_nothing_is_due()
    {
        await H.OnboardAsync("acme");
        for (var i = 0; i < 11; i++)
        {
            await H.ConfigureAsync("acme", $"p{i}");
        }
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync(batchSize: 4);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.QueuedCount, Is.EqualTo(11));
            Assert.That(response.Details.Batches, Is.EqualTo(3));
            Assert.That(response.HasMore, Is.False);
        }
    }

    [Test]
    public async Task A_page_of_what_is_due_goes_on_after_the_last_one_shown()
    {
        await H.OnboardAsync("acme");
        for (var nth = 0; nth < 4; nth++)
        {
            await H.ConfigureAsync("acme", $"p{nth}");
        }
        H.AdvanceToNextHour();
        var all = await ListAsync(null, 10);

        var first = await ListAsync(null, 2);
        var second = await ListAsync((first[1].NextRunTime, first[1].ConfigId), 10);

        Assert.That(first.Concat(second).Select(due => due.ConfigId), Is.EqualTo(all.Select(due => due.ConfigId)));

        async Task<IReadOnlyList<DueSchedule>> ListAsync((Instant, string)? after, int limit) =>
            [.. (await H.Schedules.ListDueAsync(H.Now, after, limit, default)).Select(due => due.Schedule)];
    }

    [Test]
    public async Task At_the_very_end_of_its_time_a_customer_is_gone_and_of_its_pause_a_pipeline_is_back()
    {
        var midnight = Instant.FromUtc(2026, 3, 3, 0, 0);
        await H.OnboardAsync("ended");
        await H.OnboardAsync("acme");
        await ExecuteAsync(
            "update customer_subscriptions set status = 'TRIAL', trial_end_date = '2026-03-02' where customer_id = 'ended'"
        );
        await H.ConfigureAsync("ended");
        H.AdvanceToNextHour();
        var paused = await H.ConfigureAsync("acme");
        await H.Configs.SetPauseAsync(
            "acme",
            paused.ConfigId,
            midnight,
            "key",
            reason: null,
            H.Stamp(),
            H.Now,
            default
        );
        H.Advance(midnight - H.Now);

        var next = await H.Schedules.NextTriggerTimeAsync(H.Now, default);
        long[] schedules =
        [
            (await H.Schedules.ListSchedulesAsync(H.Now, default)).Single().Pipelines,
            (await H.Schedules.ListSchedulesAsync("acme", H.Now, default)).Single().Pipelines,
            (await H.Schedules.ListSchedulesAsync("ended", H.Now, default)).Count,
        ];
        await H.TriggerAsync();
        var moved = (await H.Configs.ListAsync("ended", null, null, 10, default)).Single().NextRunTime;
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(next, Is.EqualTo(paused.NextRunTime));
            Assert.That(schedules, Is.EqualTo(new long[] { 1, 1, 0 }));
            Assert.That((await H.RunsAsync("acme")).Select(run => run.ScheduledTime), Is.EqualTo(new[] { H.Now }));
            Assert.That(await H.RunsAsync("ended"), Is.Empty);
            Assert.That(moved, Is.EqualTo(H.Now), "on, without a run");
        }
    }

    [Test]
    public async Task A_batch_ends_once_it_has_as_many_runs_as_it_may_have_pipelines()
    {
        await H.OnboardAsync("acme");
        for (var i = 0; i < 5; i++)
        {
            await H.ConfigureAsync("acme", $"p{i}", CatchingUp);
        }
        H.Advance(Duration.FromHours(3));

        var response = await H.TriggerAsync(batchSize: 5);

        using (Assert.EnterMultipleScope())
        {
            // Three runs each: two pipelines, two, and one.
            Assert.That((response.QueuedCount, response.Details.Batches), Is.EqualTo((15, 3)));
            Assert.That((response.Details.PipelinesPlanned, response.HasMore), Is.EqualTo((5, false)));
        }
    }

    [Test]
    public async Task What_a_batch_has_left_when_the_time_is_up_stays_due()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "first", CatchingUp);
        await H.ConfigureAsync("acme", "second", CatchingUp);
        H.Advance(Duration.FromHours(3));
        var slow = new Trigger(
            H.Schedules,
            H.Clock,
            H.Ids,
            new TriggerOptions(),
            H.Signal,
            H.Time,
            new SlowBatches(H.Time),
            NullLogger<Trigger>.Instance
        );

        var first = await slow.RunAsync(new TriggerRequest { BatchSize = 3, MaxProcessingTimeSeconds = 60 }, default);
        var second = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.QueuedCount, first.HasMore), Is.EqualTo((3, true)));
            Assert.That((second.QueuedCount, second.HasMore), Is.EqualTo((3, false)));
        }
    }

    [Test]
    public async Task The_daily_quota_is_never_passed_by_one_even_within_one_batch()
    {
        await H.OnboardAsync("small", "STARTER");
        for (var i = 0; i < 9; i++)
        {
            await H.ConfigureAsync("small", $"p{i}");
        }
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync();

        var runs = await H.RunsAsync("small");
        var usage = await H.UsageAsync("small");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.TriggeredCount, Is.EqualTo(9), "queued and skipped");
            Assert.That(response.QueuedCount, Is.EqualTo(6));
            Assert.That(response.SkippedCount, Is.EqualTo(3));
            Assert.That(response.Details.SkippedByReason["QUOTA_DAILY"], Is.EqualTo(3));
            Assert.That(runs.Count(run => run.Reason == SkipReason.QuotaDaily), Is.EqualTo(3));
            Assert.That(usage.RunToday, Is.EqualTo(6));
            Assert.That(usage.QuotaExceeded, Is.True);
        }
    }

    [Test]
    public async Task The_quota_starts_anew_with_the_customers_own_day()
    {
        await H.OnboardAsync("small", "STARTER", "America/New_York");
        for (var i = 0; i < 6; i++)
        {
            await H.ConfigureAsync("small", $"p{i}");
        }
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.Advance(Instant.FromUtc(2026, 3, 3, 4, 59, 59) - H.Now);
        var before = await H.TriggerAsync();
        H.Advance(Duration.FromSeconds(1));

        var after = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.SkippedCount, Is.EqualTo(6), "23:59:59 in New York is still the old day");
            Assert.That(after.QueuedCount, Is.EqualTo(6));
        }
    }

    [Test]
    public async Task The_monthly_quota_counts_all_days_of_the_month()
    {
        await H.OnboardAsync("small", "STARTER");
        for (var i = 0; i < 6; i++)
        {
            await H.ConfigureAsync("small", $"p{i}", c => c with { ScheduleCron = "0 12 * * *" });
        }
        var queued = 0;
        TriggerResponse last;
        do
        {
            H.Advance(Duration.FromDays(1));
            last = await H.TriggerAsync();
            queued += last.QueuedCount;
        } while (H.Now < Instant.FromUtc(2026, 3, 31, 10, 0));

        Assert.That(queued, Is.EqualTo(29 * 6).And.LessThanOrEqualTo(180));

        H.Advance(Duration.FromHours(3));
        await H.TriggerAsync();
        await H.ConfigureAsync("small", "extra", c => c with { ScheduleCron = "0 14 * * *" });
        H.Advance(Duration.FromHours(2));

        var over = await H.TriggerAsync();

        Assert.That(over.Details.SkippedByReason.Keys, Is.EqualTo(new[] { "QUOTA_DAILY" }));
        H.Advance(Duration.FromHours(22));
        Assert.That((await H.TriggerAsync()).QueuedCount, Is.EqualTo(6), "a new month");
    }

    [Test]
    public async Task Over_both_quotas_at_once_the_alert_names_the_days()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.Plans.ChangeAsync(
            "small",
            new() { MaxPipelinesPerDay = 4, MaxPipelinesPerMonth = 2 },
            isAdmin: true,
            StoreHarness.Actor,
            default
        );
        for (var i = 0; i < 6; i++)
        {
            await H.ConfigureAsync("small", $"p{i}", c => c with { Priority = 10 - i });
        }
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync();

        var alerts = new Core.Storage.AlertStore(H.Engine, H.Clock);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                response.Details.SkippedByReason,
                Is.EquivalentTo(new Dictionary<string, int> { ["QUOTA_MONTHLY"] = 2, ["QUOTA_DAILY"] = 2 })
            );
            Assert.That(
                (await alerts.ListOpenAsync(10, default)).Single().Message,
                Is.EqualTo("Customer small is over its daily quota on 2026-03-02.")
            );
        }
    }

    [Test]
    public async Task A_schedule_that_no_longer_resolves_is_set_aside_and_holds_nobody_up()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("other");
        var broken = await H.ConfigureAsync(
            "acme",
            "broken",
            c => c with { Timezone = "Atlantis/Capital", NextRunTime = H.Now }
        );
        await H.ConfigureAsync("other", "fine");
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync(batchSize: 1);

        var after = await H.Configs.GetAsync("acme", broken.ConfigId, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.QueuedCount, Is.EqualTo(1));
            Assert.That(response.Details.SetAside.Single().ConfigId, Is.EqualTo(broken.ConfigId));
            Assert.That(after!.IsActive, Is.False);
            Assert.That(after.PauseReason, Does.Contain("timezone"));
            Assert.That(await FiringAsync(), Has.One.EqualTo(("SCHEDULE_SET_ASIDE", broken.ConfigId)));
        }
    }

    [Test]
    public async Task A_suspended_customers_pipelines_move_on_without_runs_and_nothing_is_caught_up()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme");
        await SetStatusAsync("acme", "SUSPENDED");
        H.Advance(Duration.FromHours(5));
        var during = await H.TriggerAsync();
        await SetStatusAsync("acme", "ACTIVE");

        var back = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(during.TriggeredCount, Is.Zero);
            Assert.That(during.Details.PassedOver, Is.EqualTo(1));
            Assert.That(back.TriggeredCount, Is.Zero);
            Assert.That(
                (await H.Configs.GetAsync("acme", config.ConfigId, default))!.NextRunTime,
                Is.GreaterThan(H.Now)
            );
        }
    }

    [Test]
    public async Task Intervals_join_without_gap_or_repeat_when_occurrences_were_missed()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.Advance(Duration.FromHours(5));
        await H.TriggerAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var runs = await H.RunsAsync("acme");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs, Has.Count.EqualTo(3));
            Assert.That(runs[1].DataIntervalStart, Is.EqualTo(runs[0].DataIntervalEnd));
            Assert.That(runs[1].DataIntervalEnd - runs[1].DataIntervalStart, Is.EqualTo(Duration.FromHours(5)));
            Assert.That(runs[2].DataIntervalStart, Is.EqualTo(runs[1].DataIntervalEnd));
            Assert.That(runs[1].ErrorMessage, Is.Null, "it is no error");
            Assert.That(
                (await H.Runs.TransitionsAsync(runs[1].RunId, default))[0].Note,
                Does.StartWith("Stands for 5 occurrences")
            );
        }
    }

    [Test]
    public async Task A_missed_occurrence_is_skipped_and_says_so_where_the_policy_is_skip()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync(
            "acme",
            "main",
            c => c with { ScheduleCron = "0 11 * * *", MisfirePolicy = MisfirePolicy.Skip }
        );
        H.Advance(Duration.FromHours(6));

        var response = await H.TriggerAsync();

        var run = (await H.RunsAsync("acme")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.SkippedCount, Is.EqualTo(1));
            Assert.That(run.State, Is.EqualTo(RunState.Skipped));
            Assert.That(run.Reason, Is.EqualTo(SkipReason.Misfire));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.Zero);
        }
    }

    [Test]
    public async Task Overlap_skip_records_a_skipped_run_while_the_one_before_is_open()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { OverlapPolicy = OverlapPolicy.Skip });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.AdvanceToNextHour();

        var response = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Details.SkippedByReason, Is.EqualTo(new Dictionary<string, int> { ["OVERLAP"] = 1 }));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(1), "a skipped run takes no quota");
        }
    }

    [Test]
    public async Task Overlap_queue_holds_the_next_run_back_until_the_one_before_has_ended()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { OverlapPolicy = OverlapPolicy.Queue });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var first = (await H.LeaseAsync()).Single();
        H.AdvanceToNextHour();
        await H.HeartbeatAsync(first);
        await H.TriggerAsync();
        var whileOpen = await H.LeaseAsync(5);

        // The lease of the first ran out an hour ago, but nobody has claimed it again: its result still counts.
        await H.ReportAsync(first, RunOutcome.Completed);

        var afterwards = await H.LeaseAsync(5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(whileOpen, Is.Empty);
            Assert.That(afterwards, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Overlap_queue_waits_for_the_retries_of_the_run_before()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { OverlapPolicy = OverlapPolicy.Queue });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var first = (await H.LeaseAsync()).Single();
        await H.ReportAsync(first, RunOutcome.Failed, Core.Retry.ErrorType.Timeout);
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var items = await H.LeaseAsync(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(items, Has.Count.EqualTo(1));
            Assert.That(items[0].RetryAttempt, Is.EqualTo(1));
            Assert.That(items[0].ScheduledTime, Is.EqualTo(first.ScheduledTime));
        }
    }

    [Test]
    public async Task Overlap_cancel_other_ends_what_waits_and_tells_what_runs()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync(
            "acme",
            "waits",
            c => c with { OverlapPolicy = OverlapPolicy.CancelOther, Priority = 1 }
        );
        await H.ConfigureAsync("acme", "runs", c => c with { OverlapPolicy = OverlapPolicy.CancelOther, Priority = 9 });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var running = (await H.LeaseAsync(1)).Single();
        for (var beat = 0; beat < 240; beat++)
        {
            H.Advance(Duration.FromSeconds(15));
            await H.HeartbeatAsync(running);
        }

        await H.TriggerAsync();

        var runs = await H.RunsAsync("acme");
        var beatAfter = await H.HeartbeatAsync(running);
        var claimable = await H.LeaseAsync(5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Count(run => run.Reason == SkipReason.Cancelled), Is.EqualTo(1));
            Assert.That(beatAfter.Status, Is.EqualTo(HeartbeatStatus.Cancel));
            Assert.That(
                claimable,
                Has.Count.EqualTo(1),
                "the newer run of the waiting pipeline, not of the running one"
            );
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(3), "the cancelled one was given back");
        }
        await H.ReportAsync(running, RunOutcome.Cancelled);
        Assert.That(await H.LeaseAsync(5), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_spread_start_is_visible_later_but_keeps_its_nominal_time()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme", "main", c => c with { SpreadSeconds = 1800 });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var delay = Spread.Delay(config.ConfigId, 1800);

        var run = (await H.RunsAsync("acme")).Single();
        var early = await H.LeaseAsync();
        H.Advance(delay);
        var onTime = await H.LeaseAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ScheduledTime, Is.EqualTo(StoreHarness.Start + Duration.FromHours(1)));
            Assert.That(run.VisibleAt, Is.EqualTo(run.ScheduledTime + delay));
            Assert.That(early, Is.Empty);
            Assert.That(onTime, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Parameters_of_the_provider_config_lie_below_the_pipelines_own()
    {
        await H.OnboardAsync("acme");
        await InsertProviderConfigAsync("acme", """{"duration_ms": 5, "message": "from the provider"}""");
        await H.ConfigureAsync(
            "acme",
            "main",
            c => c with { Parameters = StoreHarness.Json("""{"duration_ms": 7}""") }
        );
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var item = (await H.LeaseAsync()).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(item.Parameters!.Value.GetProperty("duration_ms").GetInt32(), Is.EqualTo(7));
            Assert.That(item.Parameters!.Value.GetProperty("message").GetString(), Is.EqualTo("from the provider"));
        }
    }

    /// <summary>Puts a customer's profile into another status, as an operator's command will.</summary>
    [Test]
    public async Task Eight_triggers_at_once_never_pass_the_quota_by_one()
    {
        await H.OnboardAsync("acme", "STARTER");
        for (var number = 0; number < 20; number++)
        {
            await H.ConfigureAsync("acme", $"p{number}");
        }
        H.AdvanceToNextHour();

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => H.TriggerAsync(batchSize: 3)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(responses.Sum(response => response.QueuedCount), Is.EqualTo(6), "a STARTER's day");
            Assert.That(responses.Sum(response => response.SkippedCount), Is.EqualTo(14));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(6));
            Assert.That((await H.RunsAsync("acme")).Count(run => run.Reason == SkipReason.QuotaDaily), Is.EqualTo(14));
        }
    }

    [Test]
    public async Task What_changed_between_reading_and_writing_is_not_planned()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        await H.OnboardAsync("moved");
        var (zoned, doubled) = (await H.ConfigureAsync("acme", "zone"), await H.ConfigureAsync("acme", "clock change"));
        var edited = await H.ConfigureAsync("acme", "edited");
        await H.ConfigureAsync("bolt", "suspended");
        await H.ConfigureAsync("moved", "another day");
        H.AdvanceToNextHour();
        var due = await H.Schedules.ListDueAsync(H.Now, null, 10, default);
        var batch = new BatchPlanner(H.Ids, new TriggerOptions()).Plan(due, H.Now, int.MaxValue);
        await H.ConfigureAsync(
            "acme",
            "edited",
            it => it with { ScheduleCron = "*/15 * * * *", NextRunTime = edited.NextRunTime }
        );
        await H.ConfigureAsync(
            "acme",
            "zone",
            it => it with { Timezone = "Africa/Lagos", NextRunTime = zoned.NextRunTime }
        );
        await H.ConfigureAsync(
            "acme",
            "clock change",
            it => it with { DstPolicy = DstPolicy.Both, NextRunTime = doubled.NextRunTime }
        );
        await SetStatusAsync("bolt", "SUSPENDED");
        await H.Profiles.UpdateAsync("moved", new() { Timezone = "Pacific/Kiritimati" }, StoreHarness.Actor, default);

        var outcome = await H.Schedules.PlanBatchAsync(batch.Pipelines, batch.Runs, H.Now, default);
        await SetStatusAsync("bolt", "ACTIVE");
        var again = await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((outcome.Won, outcome.Queued), Is.EqualTo((0, 0)));
            Assert.That(again.QueuedCount, Is.EqualTo(5), "the next trigger plans all of them anew");
        }
    }

    [Test]
    public async Task Two_processes_on_one_database_plan_and_claim_every_occurrence_once()
    {
        await H.OnboardAsync("acme");
        for (var number = 0; number < 40; number++)
        {
            await H.ConfigureAsync("acme", $"p{number}");
        }
        H.AdvanceToNextHour();
        StoreHarness[] processes = [H, new StoreHarness(Database.Connect())];
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

    private Task InsertProviderConfigAsync(string customerId, string defaultParameters) =>
        ExecuteAsync(
            $"""
            insert into customer_provider_configs
              (config_id, customer_id, provider, domain, config_name, default_parameters, created_at, updated_at, created_by)
            values
              ('pc', '{customerId}', 'SYSTEM', 'TEST', 'defaults', {Database.JsonLiteral(
                defaultParameters
            )}, {Database.Literal(H.Now)},
              {Database.Literal(H.Now)}, 'test')
            """
        );

    /// <summary>Rule and subject of the alerts that are firing.</summary>
    protected async Task<IReadOnlyList<(string Rule, string Subject)>> FiringAsync()
    {
        var store = new Core.Storage.AlertStore(H.Engine, H.Clock);
        return [.. (await store.ListOpenAsync(100, default)).Select(alert => (alert.Rule, alert.Subject))];
    }

    private async Task<List<LeaseItem>> LeaseEverythingAsync()
    {
        var all = new List<LeaseItem>();
        while (await H.LeaseAsync(25) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }
        return all;
    }

    private static PipelineConfig CatchingUp(PipelineConfig config) =>
        config with
        {
            MisfirePolicy = MisfirePolicy.RunAll,
            OverlapPolicy = OverlapPolicy.Allow,
        };

    /// <summary>A minute goes by after each batch.</summary>
    private sealed class SlowBatches(FakeTimeProvider time) : IFailpoints
    {
        public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return ValueTask.CompletedTask;
        }
    }
}
