using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Claims, leases, tokens, caps, fair share and retries, races included.</summary>
internal abstract class QueueContract : StoreContract
{
    [Test]
    public async Task A_claimed_item_is_not_given_out_again()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");

        var first = await H.LeaseAsync();
        var second = await H.LeaseAsync(worker: "worker-2");

        var run = (await H.RunsAsync("acme")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Has.Count.EqualTo(1));
            Assert.That(second, Is.Empty);
            Assert.That(first[0].LeaseEpoch, Is.EqualTo(1));
            Assert.That(first[0].PipelineId, Is.EqualTo("acme-SYSTEM-TEST-probe"));
            Assert.That(first[0].TenantDatasetId, Is.EqualTo("acme"));
            Assert.That(first[0].LeaseExpiresAt, Is.EqualTo(H.Now + Duration.FromSeconds(30)));
            Assert.That(run.State, Is.EqualTo(RunState.Running));
            Assert.That(run.WorkerId, Is.EqualTo("worker-1"));
            Assert.That(run.PipelineLoggingId, Is.EqualTo(first[0].PipelineLoggingId));
        }
    }

    [Test]
    public async Task Sixteen_claimers_at_once_take_every_item_once()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        await H.QueueAsync("acme", [.. Enumerable.Range(0, 60).Select(i => $"p{i}")]);
        await H.QueueAsync("bolt", [.. Enumerable.Range(0, 60).Select(i => $"p{i}")]);

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(worker => Task.Run(() => DrainAsync($"worker-{worker}", 7)))
        );

        var ids = taken.SelectMany(items => items).Select(item => item.QueueId).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ids, Has.Count.EqualTo(180), "60 of acme's first hour, and 60 of each in the second");
            Assert.That(ids, Is.Unique);
        }
    }

    [Test]
    public async Task One_script_serves_several_claims_in_the_order_of_their_coming()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", [.. Enumerable.Range(0, 5).Select(i => $"p{i}")]);

        var results = await H.Queue.TryClaimAsync(
            [
                new("worker-1", 2, 16, "n1"),
                new("worker-2", 1, 16, "n2"),
                new("worker-3", 4, 16, "n3"),
                new("late", 1, 0, "n4"),
            ],
            H.Leases.Lease,
            default
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Select(result => result.Items.Count), Is.EqualTo(new[] { 2, 1, 2, 0 }));
            Assert.That(results.Select(result => result.More), Is.All.False);
            Assert.That(results.SelectMany(result => result.Items).Select(item => item.QueueId), Is.Unique);
        }
        var runs = (await H.RunsAsync("acme")).ToDictionary(run => run.RunId);
        foreach (var (result, nth) in results.Select((result, place) => (result, place + 1)))
        {
            foreach (var item in result.Items)
            {
                var moves = await H.Runs.TransitionsAsync(item.RunId, default);
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(item.LeaseToken, Is.EqualTo($"1.n{nth}"));
                    Assert.That(runs[item.RunId].WorkerId, Is.EqualTo($"worker-{nth}"));
                    Assert.That(moves[^1].Actor, Is.EqualTo($"worker-{nth}"));
                    Assert.That(
                        (await H.ReportAsync(item, RunOutcome.Completed)).Status,
                        Is.EqualTo(ResultStatus.Accepted)
                    );
                }
            }
        }
    }

    [Test]
    public async Task Several_claims_of_one_script_share_out_the_customers_fairly_and_keep_to_their_caps()
    {
        await H.OnboardAsync("big");
        await H.OnboardAsync("small", "STARTER");
        await H.OnboardAsync("tiny");
        await H.QueueAsync("big", [.. Enumerable.Range(0, 20).Select(i => $"p{i}")]);
        foreach (var (customer, name) in new[] { ("small", "a"), ("small", "b"), ("tiny", "a") })
        {
            await H.ConfigureAsync(customer, name, config => config with { NextRunTime = H.Now });
        }
        await H.TriggerAsync();

        var results = await H.Queue.TryClaimAsync(
            [.. Enumerable.Range(0, 3).Select(nth => new ClaimRequest($"worker-{nth}", 2, 16, $"n{nth}"))],
            H.Leases.Lease,
            default
        );

        var taken = results.Select(result => result.Items.Select(item => item.CustomerId).ToList()).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(taken.Select(items => items.Count), Is.All.EqualTo(2));
            Assert.That(taken.SelectMany(items => items).Count(customer => customer == "small"), Is.EqualTo(1));
            Assert.That(
                taken[0].Concat(taken[1]).Distinct(),
                Is.EquivalentTo(new[] { "big", "small", "tiny" }),
                "the first round before the second"
            );
        }
    }

    [Test]
    public async Task A_lease_may_stand_in_one_script_more_than_once()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        var lease = new LeaseReference { QueueId = item.QueueId, LeaseToken = item.LeaseToken };
        var stale = lease with { LeaseToken = "1.another" };

        var beats = await H.Queue.ExtendAsync([lease, stale, lease], H.Leases.Lease, default);
        var question = new LeaseQuestion(item.QueueId, item.LeaseToken, MayRetry: true);
        var outdated = question with { LeaseToken = stale.LeaseToken };
        var held = await H.Queue.LeaseFactsAsync([question, outdated, question], default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                beats.Select(beat => beat.Status),
                Is.EqualTo(new[] { HeartbeatStatus.Renewed, HeartbeatStatus.Lost, HeartbeatStatus.Renewed })
            );
            Assert.That(held!.Now, Is.EqualTo(H.Now));
            Assert.That(held.Facts.Select(fact => fact.QueueId).Distinct(), Is.EqualTo(new[] { item.QueueId }));
            Assert.That(await H.Queue.LeaseFactsAsync([outdated], default), Is.Null);
        }
    }

    [Test]
    public async Task The_cap_holds_against_parallel_claims()
    {
        await H.OnboardAsync("pro", "PROFESSIONAL");
        await H.QueueAsync("pro", [.. Enumerable.Range(0, 20).Select(i => $"p{i}")]);

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(worker => Task.Run(() => H.LeaseAsync(5, $"worker-{worker}")))
        );

        Assert.That(taken.Sum(items => items.Count), Is.EqualTo(3));
    }

    [Test]
    public async Task A_finished_run_makes_room_under_the_cap()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.QueueAsync("small", "a", "b");
        var first = (await H.LeaseAsync(5)).Single();
        var none = await H.LeaseAsync(5);

        await H.ReportAsync(first, RunOutcome.Completed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(none, Is.Empty);
            Assert.That(await H.LeaseAsync(5), Has.Count.EqualTo(1));
            Assert.That((await H.UsageAsync("small")).MaxConcurrentReached, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_customer_at_its_cap_does_not_hold_another_one_up()
    {
        await H.OnboardAsync("aaa", "STARTER");
        await H.OnboardAsync("zzz", "STARTER");
        await H.QueueAsync("aaa", "a", "b", "c");
        await H.QueueAsync("zzz", "a");

        var items = await H.LeaseAsync(10);

        Assert.That(items.Select(item => item.CustomerId).Order(), Is.EqualTo(new[] { "aaa", "zzz" }));
    }

    [Test]
    public async Task One_with_much_queued_delays_one_with_little_by_a_round_at_most()
    {
        await H.OnboardAsync("big");
        await H.OnboardAsync("tiny");
        await H.QueueAsync("big", [.. Enumerable.Range(0, 100).Select(i => $"p{i}")]);
        var before = await H.LeaseAsync(10);
        await H.ConfigureAsync("tiny", "only", c => c with { NextRunTime = H.Now });
        await H.TriggerAsync();

        var next = await H.LeaseAsync(2);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Has.Count.EqualTo(10));
            Assert.That(next.Select(item => item.CustomerId), Does.Contain("tiny"));
        }
    }

    [Test]
    public async Task Turns_go_round_between_customers_with_work()
    {
        foreach (var customer in new[] { "aaa", "bbb", "ccc" })
        {
            await H.OnboardAsync(customer);
            await H.QueueAsync(customer, [.. Enumerable.Range(0, 12).Select(i => $"p{i}")]);
        }

        var order = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            order.Add((await H.LeaseAsync(1)).Single().CustomerId);
        }

        for (var round = 0; round < 4; round++)
        {
            Assert.That(order.Skip(round * 3).Take(3), Is.Unique, $"round {round} of {string.Join(' ', order)}");
        }
    }

    [Test]
    public async Task Within_a_customer_higher_priority_goes_first_then_the_older()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "low", c => c with { Priority = 2, ScheduleCron = "0 11 * * *" });
        await H.ConfigureAsync("acme", "old", c => c with { Priority = 5, ScheduleCron = "58 10 * * *" });
        await H.ConfigureAsync("acme", "new", c => c with { Priority = 5, ScheduleCron = "0 11 * * *" });
        await H.ConfigureAsync("acme", "high", c => c with { Priority = 9, ScheduleCron = "0 11 * * *" });
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        Assert.That(await ClaimOrderAsync("acme"), Is.EqualTo(new[] { "high", "old", "new", "low" }));
    }

    [Test]
    public async Task Waiting_raises_a_low_priority_by_one_per_ten_minutes_up_to_ten()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "patient", c => c with { Priority = 1, ScheduleCron = "0 11 2 3 *" });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.Advance(Duration.FromMinutes(80));
        await H.ConfigureAsync("acme", "nine", c => c with { Priority = 9, NextRunTime = H.Now });
        await H.ConfigureAsync("acme", "ten", c => c with { Priority = 10, NextRunTime = H.Now });
        await H.TriggerAsync();

        Assert.That(await ClaimOrderAsync("acme"), Is.EqualTo(new[] { "ten", "patient", "nine" }));
    }

    [Test]
    public async Task A_heartbeat_extends_the_lease_and_keeps_the_item()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        for (var i = 0; i < 5; i++)
        {
            H.Advance(Duration.FromSeconds(20));
            var beat = await H.HeartbeatAsync(item);
            Assert.That(beat.Status, Is.EqualTo(HeartbeatStatus.Renewed));
            Assert.That(beat.LeaseExpiresAt, Is.EqualTo(H.Now + Duration.FromSeconds(30)));
        }

        Assert.That(await H.Reaper.ReapAsync(default), Is.Zero);
    }

    [Test]
    public async Task A_heartbeat_moves_the_end_of_the_lease_it_names_and_of_no_other()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c");
        var items = await H.LeaseAsync(3);
        H.Advance(Duration.FromSeconds(10));
        await H.HeartbeatAsync(items[0]);
        var former = await H.HeartbeatAsync(items[1] with { LeaseToken = "0.former" });
        H.Advance(Duration.FromSeconds(25));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(former.Status, Is.EqualTo(HeartbeatStatus.Lost));
            Assert.That(await H.Reaper.ReapAsync(default), Is.EqualTo(2), "the leases that were not named");
            Assert.That((await H.HeartbeatAsync(items[0])).Status, Is.EqualTo(HeartbeatStatus.Renewed));
        }
    }

    [Test]
    public async Task An_expired_lease_is_not_renewed_even_before_it_is_reaped()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        H.Advance(Duration.FromSeconds(30));

        Assert.That((await H.HeartbeatAsync(item)).Status, Is.EqualTo(HeartbeatStatus.Lost));
    }

    [Test]
    public async Task An_expired_lease_is_reaped_and_its_item_claimed_again_under_a_higher_epoch()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var first = (await H.LeaseAsync()).Single();
        H.Advance(Duration.FromSeconds(30));

        var reaped = await H.Reaper.ReapAsync(default);
        var second = (await H.LeaseAsync(worker: "worker-2")).Single();

        var stale = await H.ReportAsync(first, RunOutcome.Completed);
        var accepted = await H.ReportAsync(second, RunOutcome.Completed);
        var transitions = await H.Runs.TransitionsAsync(first.RunId, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reaped, Is.EqualTo(1));
            Assert.That(second.RunId, Is.EqualTo(first.RunId));
            Assert.That(second.LeaseEpoch, Is.EqualTo(2));
            Assert.That(second.RetryAttempt, Is.Zero, "a lost lease costs no attempt");
            Assert.That(stale.Status, Is.EqualTo(ResultStatus.Stale));
            Assert.That(accepted.Status, Is.EqualTo(ResultStatus.Accepted));
            Assert.That(transitions.Count(move => move.To == RunState.Completed), Is.EqualTo(1));
            Assert.That(
                transitions.Select(move => move.To),
                Is.EqualTo(
                    new[] { RunState.Pending, RunState.Running, RunState.Pending, RunState.Running, RunState.Completed }
                )
            );
        }
    }

    [Test]
    public async Task The_same_result_twice_or_eight_times_at_once_is_accepted_once()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();

        var receipts = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => H.ReportAsync(item, RunOutcome.Completed)))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(receipts.Count(receipt => receipt.Status == ResultStatus.Accepted), Is.EqualTo(1));
            Assert.That((await H.UsageAsync("acme")).SucceededToday, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task One_pass_of_the_reaper_ends_every_lease_that_ran_out()
    {
        const int Many = 1_100;
        await H.OnboardAsync("acme");
        await H.ConfigureManyAsync("acme", Enumerable.Range(0, Many).Select(i => $"p{i}"));
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var leased = 0;
        while (leased < Many)
        {
            leased += (await H.LeaseAsync(count: 100)).Count;
        }
        H.Advance(H.Leases.Lease);

        var ended = await H.Reaper.ReapAsync(default);

        Assert.That(ended, Is.EqualTo(Many));
    }

    [Test]
    public async Task An_end_that_was_decided_before_the_item_was_leased_again_ends_nothing()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var first = (await H.LeaseAsync()).Single();
        var held = await H.Queue.LeaseFactsAsync(
            [new LeaseQuestion(first.QueueId, first.LeaseToken, MayRetry: false)],
            default
        );
        H.Advance(Duration.FromSeconds(31));
        await H.Reaper.ReapAsync(default);
        var second = (await H.LeaseAsync(worker: "worker-2")).Single();
        var result = new RunResult
        {
            QueueId = first.QueueId,
            LeaseToken = first.LeaseToken,
            Outcome = RunOutcome.Completed,
        };

        var ended = await H.Queue.EndAsync(
            [LeaseEnding.Reported(held!.Facts[0], result, H.Now, new Random(1), H.Ids)],
            H.Now,
            default
        );

        var after = (await H.RunsAsync("acme")).Single().State;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.Single().State, Is.Null);
            Assert.That(after, Is.EqualTo(RunState.Running));
            Assert.That((await H.ReportAsync(second, RunOutcome.Completed)).Status, Is.EqualTo(ResultStatus.Accepted));
        }
    }

    [Test]
    public async Task The_reaper_and_the_worker_cannot_both_end_one_lease()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        var held = await H.Queue.LeaseFactsAsync(
            [new LeaseQuestion(item.QueueId, item.LeaseToken, MayRetry: false)],
            default
        );
        H.Advance(Duration.FromSeconds(29));
        await H.HeartbeatAsync(item);
        H.Advance(Duration.FromSeconds(2));

        // The reaper read an expiry that a heartbeat has moved since: its own write must notice.
        var ended = await H.Queue.EndAsync([LeaseEnding.Lost(held!.Facts[0], H.Now)], H.Now, default);

        Assert.That(ended.Single().State, Is.Null);
    }

    [Test]
    public async Task A_third_lost_lease_ends_the_run_as_worker_lost_without_a_retry()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        for (var loss = 0; loss < 3; loss++)
        {
            await H.LeaseAsync();
            H.Advance(Duration.FromSeconds(31));
            await H.Reaper.ReapAsync(default);
        }

        var run = (await H.RunsAsync("acme")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.State, Is.EqualTo(RunState.Failed));
            Assert.That(run.ErrorType, Is.EqualTo(ErrorType.WorkerLost));
            Assert.That(await H.LeaseAsync(), Is.Empty);
            Assert.That((await H.UsageAsync("acme")).FailedToday, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_released_item_is_back_at_once_and_counts_nothing()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        for (var i = 0; i < 5; i++)
        {
            var item = (await H.LeaseAsync()).Single();
            await H.ReportAsync(item, RunOutcome.Released);
        }

        var again = (await H.LeaseAsync()).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.RetryAttempt, Is.Zero);
            Assert.That(again.LeaseEpoch, Is.EqualTo(6));
            Assert.That((await H.UsageAsync("acme")).FailedToday, Is.Zero);
        }
    }

    [Test]
    public async Task A_retryable_failure_gets_a_new_run_beside_the_failed_one()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();

        var receipt = await H.ReportAsync(item, RunOutcome.Failed, ErrorType.RateLimitExceeded);

        var runs = await H.RunsAsync("acme");
        var retry = runs.Single(run => run.RetryAttempt == 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs.Single(run => run.RetryAttempt == 0).State, Is.EqualTo(RunState.Failed));
            Assert.That(retry.State, Is.EqualTo(RunState.Scheduled));
            Assert.That(retry.ParentRunId, Is.EqualTo(item.RunId));
            Assert.That(retry.ScheduledTime, Is.EqualTo(item.ScheduledTime));
            Assert.That(retry.TriggeredBy, Is.EqualTo(TriggeredBy.Retry));
            Assert.That(retry.VisibleAt, Is.EqualTo(receipt.RetryAt));
            Assert.That(receipt.RetryAt - H.Now, Is.InRange(Duration.FromSeconds(30), Duration.FromSeconds(60)));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(1), "a retry is free");
            Assert.That(await H.LeaseAsync(), Is.Empty, "not before its time");
        }

        H.Advance(Duration.FromSeconds(60));
        var second = (await H.LeaseAsync()).Single();
        await H.ReportAsync(second, RunOutcome.Completed);

        var moves = await H.Runs.TransitionsAsync(second.RunId, default);
        Assert.That(
            moves.Select(move => move.To),
            Is.EqualTo(new[] { RunState.Scheduled, RunState.Pending, RunState.Running, RunState.Completed })
        );
    }

    [Test]
    public async Task Retries_stop_at_the_limit()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme", "main", c => c with { ScheduleCron = "0 11 * * *" });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var attempts = 0;
        while (await H.LeaseAsync() is [var item])
        {
            attempts++;
            await H.ReportAsync(item, RunOutcome.Failed, ErrorType.Timeout);
            H.Advance(Duration.FromHours(1));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(attempts, Is.EqualTo(4));
            Assert.That(
                (await H.Configs.GetAsync("acme", config.ConfigId, default))!.ConsecutiveFailures,
                Is.EqualTo(1),
                "one occurrence failed, however many attempts it took"
            );
        }
    }

    [TestCase(ErrorType.AuthenticationFailed)]
    [TestCase(ErrorType.InvalidConfiguration)]
    [TestCase(ErrorType.Unknown)]
    public async Task A_lasting_failure_is_not_retried(ErrorType error)
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();

        var receipt = await H.ReportAsync(item, RunOutcome.Failed, error);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(receipt.State, Is.EqualTo(RunState.Failed));
            Assert.That(receipt.RetryAt, Is.Null);
            Assert.That(await H.RunsAsync("acme"), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_switched_off_pipeline_gets_no_retry()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        await H.Configs.DeactivateAsync("acme", item.ConfigId, H.Stamp(), H.Now, default);

        var receipt = await H.ReportAsync(item, RunOutcome.Failed, ErrorType.Timeout);

        Assert.That(receipt.RetryAt, Is.Null);
    }

    [Test]
    public async Task A_running_run_asked_to_stop_ends_as_failed_with_cancelled_and_is_not_retried()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        await H.Queue.RequestCancelAsync([item.RunId], H.Now, default);

        var beat = await H.HeartbeatAsync(item);
        await H.ReportAsync(item, RunOutcome.Cancelled);

        var run = (await H.RunsAsync("acme")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(beat.Status, Is.EqualTo(HeartbeatStatus.Cancel));
            Assert.That(run.State, Is.EqualTo(RunState.Failed));
            Assert.That(run.ErrorType, Is.EqualTo(ErrorType.Cancelled));
            Assert.That((await H.UsageAsync("acme")).CancelledToday, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_waiting_run_that_is_cancelled_gives_its_quota_back()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var run = (await H.RunsAsync("acme")).Single();

        var skipped = await H.Queue.SkipWaitingAsync(
            [new WaitingRun(run.RunId, SkipReason.Cancelled)],
            "key-1",
            H.Now,
            default
        );
        var again = await H.Queue.SkipWaitingAsync(
            [new WaitingRun(run.RunId, SkipReason.Cancelled)],
            "key-1",
            H.Now,
            default
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipped, Has.Count.EqualTo(1));
            Assert.That(again, Is.Empty);
            Assert.That((await H.RunsAsync("acme")).Single().Reason, Is.EqualTo(SkipReason.Cancelled));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.Zero);
            Assert.That(await H.LeaseAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task A_run_that_had_started_keeps_its_place_in_the_quota_when_it_is_cancelled_later()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        await H.ReportAsync(item, RunOutcome.Released);

        await H.Queue.SkipWaitingAsync([new WaitingRun(item.RunId, SkipReason.Cancelled)], "key-1", H.Now, default);

        Assert.That((await H.UsageAsync("acme")).RunToday, Is.EqualTo(1));
    }

    [Test]
    public async Task Queued_items_of_a_suspended_customer_wait_and_run_when_it_is_back()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        await SetStatusAsync("acme", "SUSPENDED");
        var during = await H.LeaseAsync();
        await SetStatusAsync("acme", "ACTIVE");
        await H.Queue.WakeCustomersAsync("acme", H.Now, default);
        H.Signal.Raise();

        var back = await H.LeaseAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(during, Is.Empty);
            Assert.That(back, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Items_that_waited_a_day_for_a_suspended_customer_are_skipped_and_given_back()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        // However long it has waited for a worker before: what counts is for how long its customer has held it.
        H.Advance(Duration.FromHours(30));
        await SetStatusAsync("acme", "SUSPENDED");
        await H.Reaper.SkipOverdueAsync(default);
        H.Advance(Duration.FromHours(24) - Duration.FromSeconds(1));
        var tooEarly = await H.Reaper.SkipOverdueAsync(default);
        H.Advance(Duration.FromSeconds(1));

        var skipped = await H.Reaper.SkipOverdueAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(tooEarly, Is.Zero);
            Assert.That(skipped, Is.EqualTo(1));
            Assert.That((await H.RunsAsync("acme")).Single().Reason, Is.EqualTo(SkipReason.Suspended));
            Assert.That((await H.UsageAsync("acme")).RunToday, Is.Zero);
        }
    }

    [Test]
    public async Task Items_that_waited_a_day_for_a_paused_pipeline_are_skipped_unless_it_came_back_meanwhile()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "paused", "back");
        await PauseAsync("paused", H.Now + Duration.FromDays(3));
        await PauseAsync("back", H.Now + Duration.FromHours(20));
        await H.Reaper.SkipOverdueAsync(default);
        H.Advance(Duration.FromHours(21));
        await H.Reaper.SkipOverdueAsync(default);
        await PauseAsync("back", H.Now + Duration.FromHours(20));
        await H.Reaper.SkipOverdueAsync(default);
        H.Advance(Duration.FromHours(4));

        var skipped = await H.Reaper.SkipOverdueAsync(default);

        var runs = await H.RunsAsync("acme");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipped, Is.EqualTo(1));
            Assert.That(runs.Count(run => run.Reason == SkipReason.Paused), Is.EqualTo(1));
            Assert.That(runs.Count(run => run.State == RunState.Pending), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Items_of_a_pipeline_that_was_switched_off_are_not_run_and_end()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "waits", "runs");
        var running = (await H.LeaseAsync()).Single();
        foreach (var config in await H.Configs.ListAsync("acme", null, null, 10, default))
        {
            // As a crash between the two steps leaves it: off, its items still queued.
            await H.Configs.DeactivateAsync("acme", config.ConfigId, H.Stamp(), H.Now, default);
        }

        var leased = await H.LeaseAsync(count: 5);
        var released = await H.ReportAsync(running, RunOutcome.Released);
        H.Advance(Duration.FromHours(1));
        await H.Reaper.SkipOverdueAsync(default);

        var runs = await H.RunsAsync("acme");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(leased, Is.Empty);
            Assert.That(released.State, Is.EqualTo(RunState.Failed));
            Assert.That(
                runs.Select(run => (run.State, run.Reason, run.ErrorType)),
                Is.EquivalentTo(
                    new (RunState, SkipReason?, ErrorType?)[]
                    {
                        (RunState.Failed, null, ErrorType.Cancelled),
                        (RunState.Skipped, SkipReason.Cancelled, null),
                    }
                )
            );
        }
    }

    [Test]
    public async Task A_free_customer_is_found_behind_hundreds_at_their_cap_also_after_a_sweep()
    {
        var capped = Hundreds;
        for (var number = 0; number < capped; number++)
        {
            await H.OnboardAsync($"capped_{number}", "STARTER");
            await H.ConfigureAsync($"capped_{number}", "one");
            await H.ConfigureAsync($"capped_{number}", "two");
        }
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var taken = 0;
        while (taken < capped)
        {
            taken += (await H.LeaseAsync(count: 100)).Count;
        }
        await H.OnboardAsync("free_one", "STARTER");
        await H.ConfigureAsync("free_one", change: it => it with { NextRunTime = H.Now });
        await H.TriggerAsync();
        await H.Reaper.ReleaseAsync(default);

        var next = await H.LeaseAsync(count: 1);

        Assert.That(next.Single().CustomerId, Is.EqualTo("free_one"));
    }

    [Test]
    public async Task Three_failures_in_a_row_warn_and_a_success_ends_the_warning()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync(
            "acme",
            change: it => it with { RetryConfig = StoreHarness.Json("""{"max_retries":0}""") }
        );
        for (var failure = 0; failure < 3; failure++)
        {
            Assert.That(await AlertsAsync(), Is.Empty);
            await RunOnceAsync(RunOutcome.Failed, ErrorType.InvalidConfiguration);
        }
        var firing = await AlertsAsync();
        await RunOnceAsync(RunOutcome.Completed);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(firing, Is.EqualTo(["CONSECUTIVE_FAILURES"]));
            Assert.That(await AlertsAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task A_pipeline_is_switched_off_after_the_failures_in_a_row_that_its_configuration_names()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync(
            "acme",
            change: it =>
                it with
                {
                    RetryConfig = StoreHarness.Json("""{"max_retries":0,"disable_after_failures":2}"""),
                }
        );
        await RunOnceAsync(RunOutcome.Failed, ErrorType.InvalidConfiguration);
        var afterOne = await H.Configs.GetAsync("acme", config.ConfigId, default);
        await RunOnceAsync(RunOutcome.Failed, ErrorType.InvalidConfiguration);
        var afterTwo = await H.Configs.GetAsync("acme", config.ConfigId, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(afterOne!.IsActive, Is.True);
            Assert.That(afterTwo!.IsActive, Is.False);
            Assert.That(afterTwo.PauseReason, Does.Contain("2 failures"));
            Assert.That(await AlertsAsync(), Is.EqualTo(["SCHEDULE_SET_ASIDE"]));
        }
    }

    [Test]
    public async Task Of_runs_that_started_together_the_newest_has_the_last_word(
        [Values] bool succeeds,
        [Values] bool isLast
    )
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme", change: it => it with { MisfirePolicy = MisfirePolicy.RunAll });
        H.Advance(Duration.FromHours(3));
        await H.TriggerAsync();
        var items = (await H.LeaseAsync(count: 3)).OrderBy(item => item.ScheduledTime).ToList();
        var results = items.ConvertAll(item => new RunResult
        {
            QueueId = item.QueueId,
            LeaseToken = item.LeaseToken,
            Outcome = item == items[^1] == succeeds ? RunOutcome.Completed : RunOutcome.Failed,
            ErrorType = item == items[^1] == succeeds ? null : ErrorType.Unknown,
        });
        if (!isLast)
        {
            results.Reverse();
        }

        await H.Desk.ReportAsync(new ResultsRequest { WorkerId = "worker-1", Results = results }, default);

        var after = (await H.Configs.GetAsync("acme", config.ConfigId, default))!;
        Assert.That(
            (after.LastRunStatus, after.ConsecutiveFailures),
            Is.EqualTo(succeeds ? ("SUCCESS", 0) : ("FAILED", 1))
        );
    }

    [TestCase(ErrorType.Timeout)]
    [TestCase(ErrorType.Cancelled)]
    public async Task Only_a_failure_for_good_switches_a_pipeline_off_that_was_switched_on_again(ErrorType error)
    {
        await H.OnboardAsync("acme");
        await ConfigureAsync();
        await RunOnceAsync(RunOutcome.Failed, ErrorType.InvalidConfiguration);
        var config = await ConfigureAsync();
        await RunOnceAsync(RunOutcome.Failed, error);
        var afterAnother = await H.Configs.GetAsync("acme", config.ConfigId, default);
        H.Advance(Duration.FromMinutes(5));
        if (await H.LeaseAsync() is [var retry])
        {
            await H.ReportAsync(retry, RunOutcome.Completed);
        }
        else
        {
            await RunOnceAsync(RunOutcome.Failed, ErrorType.InvalidConfiguration);
        }

        var last = await H.Configs.GetAsync("acme", config.ConfigId, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(afterAnother!.IsActive, Is.True);
            Assert.That(last!.IsActive, Is.EqualTo(error == ErrorType.Timeout), "its retry succeeded");
        }

        Task<PipelineConfig> ConfigureAsync() =>
            H.ConfigureAsync(
                "acme",
                change: it =>
                    it with
                    {
                        RetryConfig = StoreHarness.Json("""{"max_retries":1,"disable_after_failures":1}"""),
                    }
            );
    }

    [Test]
    public async Task A_retry_configuration_that_cannot_be_read_holds_up_no_other_result()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync(
            "acme",
            "bad",
            it => it with { RetryConfig = StoreHarness.Json("""{"max_retries":"x"}""") }
        );
        await H.ConfigureAsync("acme", "good");
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var items = await H.LeaseAsync(count: 2);

        var receipts = await H.ReportAsync(items, RunOutcome.Failed, ErrorType.TransientNetwork);

        Assert.That(receipts.Select(receipt => receipt.Status), Is.All.EqualTo(ResultStatus.Accepted));
    }

    private async Task RunOnceAsync(RunOutcome outcome, ErrorType? error = null)
    {
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        await H.ReportAsync((await H.LeaseAsync()).Single(), outcome, error);
    }

    private async Task<IReadOnlyList<string>> AlertsAsync() =>
        [.. (await new AlertStore(H.Engine, H.Clock).ListOpenAsync(10, default)).Select(alert => alert.Rule)];

    [Test]
    public async Task Items_of_a_paused_pipeline_wait_and_do_not_hide_the_others()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "paused", c => c with { Priority = 9 });
        await H.ConfigureAsync("acme", "runs", c => c with { Priority = 1 });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var until = H.Now + Duration.FromMinutes(30);
        await PauseAsync("paused", until);

        var during = await H.LeaseAsync(5);
        H.Advance(Duration.FromMinutes(30));
        var after = await H.LeaseAsync(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(during, Has.Count.EqualTo(1));
            Assert.That(after, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Finished_items_are_kept_for_their_retention_and_then_deleted()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Completed);
        H.Advance(Duration.FromDays(7));
        var kept = await H.Reaper.PurgeAsync(default);
        H.Advance(Duration.FromSeconds(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(kept, Is.Zero);
            Assert.That(await H.Reaper.PurgeAsync(default), Is.EqualTo(Database.KeepsFinishedItems ? 1 : 0));
            Assert.That((await H.RunsAsync("acme")).Single().State, Is.EqualTo(RunState.Completed), "the run stays");
        }
    }

    [Test]
    public async Task A_parked_item_is_let_through_by_the_sweep_when_its_release_was_lost()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { OverlapPolicy = OverlapPolicy.Queue });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var first = (await H.RunsAsync("acme"))[0];
        // Ends without the release that the desk does afterwards, as after a crash between the two.
        await H.Queue.SkipWaitingAsync([new WaitingRun(first.RunId, SkipReason.Cancelled)], "test", H.Now, default);
        var before = await H.LeaseAsync(5);

        await H.Reaper.ReleaseAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.Empty);
            Assert.That(await H.LeaseAsync(5), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_long_poll_is_answered_as_soon_as_something_is_queued()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        var waiting = H.Desk.LeaseAsync("worker-1", 5, Duration.FromSeconds(20), default);

        await H.TriggerAsync();

        Assert.That(await waiting, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Why_a_run_waits_is_told_for_every_cause()
    {
        await H.OnboardAsync("small", "STARTER");
        await H.QueueAsync("small", "a", "b");
        var share = await ExplainAsync("small", 1);
        await H.LeaseAsync();
        var cap = await ExplainAsync("small", 1);
        await SetStatusAsync("small", "SUSPENDED");
        var suspended = await ExplainAsync("small", 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(share.Reason, Is.EqualTo(WaitReason.WaitingItsShare));
            Assert.That(cap.Reason, Is.EqualTo(WaitReason.Cap));
            Assert.That(suspended.Reason, Is.EqualTo(WaitReason.CustomerNotRunnable));
        }
    }

    /// <summary>Pauses the pipelines of that name.</summary>
    private Task PauseAsync(string name, Instant until) =>
        ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {Database.Literal(until)} where pipeline_name = '{name}'"
        );

    private async Task<RunWait> ExplainAsync(string customerId, int index)
    {
        var waiting = (await H.RunsAsync(customerId)).Where(run => run.State != RunState.Running).ToList();
        var run = waiting[Math.Min(index, waiting.Count - 1)];
        return WhyNotRunning.Explain(run, await H.Runs.WaitingFactsAsync(customerId, run.RunId, default));
    }

    private async Task<List<LeaseItem>> DrainAsync(string worker, int count)
    {
        var all = new List<LeaseItem>();
        while (await H.LeaseAsync(count, worker) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }
        return all;
    }

    private async Task<List<string>> ClaimOrderAsync(string customerId)
    {
        var names = new List<string>();
        while (await H.LeaseAsync() is [var item])
        {
            names.Add((await H.Configs.GetAsync(customerId, item.ConfigId, default))!.PipelineName);
        }
        return names;
    }
}
