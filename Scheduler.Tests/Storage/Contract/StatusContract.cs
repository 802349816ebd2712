using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>The operators' figures.</summary>
internal abstract class StatusContract : StoreContract
{
    private StatusStore Status => new(H.Engine, H.Clock);

    [Test]
    public async Task An_empty_system_has_counts_of_zero_and_no_averages()
    {
        var status = await Status.GetAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status.Now, Is.EqualTo(H.Now));
            Assert.That(status.TotalActivePipelines, Is.Zero);
            Assert.That(status.QueueLength, Is.Zero);
            Assert.That(status.OldestQueuedSeconds, Is.Null);
            Assert.That(status.LatenessP99Seconds, Is.Null);
            Assert.That(status.AvgExecutionTimeSeconds, Is.Null);
        }
    }

    [Test]
    public async Task Counts_follow_the_pipelines_through_their_day()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a", "b", "c", "d", "e");
        var items = await H.LeaseAsync(4);
        H.Advance(Duration.FromSeconds(20));
        await H.ReportAsync(items[0], RunOutcome.Completed);
        await H.ReportAsync(items[1], RunOutcome.Failed, ErrorType.Unknown);
        await H.ReportAsync(items[2], RunOutcome.Cancelled);

        var status = await Status.GetAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status.TotalActivePipelines, Is.EqualTo(5));
            Assert.That(status.PipelinesDueNow, Is.Zero);
            Assert.That(status.PipelinesQueued, Is.EqualTo(1));
            Assert.That(status.QueueLength, Is.EqualTo(1));
            Assert.That(status.OldestQueuedSeconds, Is.EqualTo(20));
            Assert.That(status.PipelinesRunning, Is.EqualTo(1));
            Assert.That(status.OldestRunningSince, Is.EqualTo(H.Now - Duration.FromSeconds(20)));
            Assert.That(status.PipelinesCompletedToday, Is.EqualTo(1));
            Assert.That(status.PipelinesFailedToday, Is.EqualTo(1), "a cancelled run has not failed");
            Assert.That((status.FinishedLastHour, status.FailedLastHour), Is.EqualTo((2L, 1L)));
            Assert.That(status.AvgExecutionTimeSeconds, Is.EqualTo(20));
        }
    }

    [Test]
    public async Task Today_is_the_utc_day_and_the_averages_cover_a_day()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "a");
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Completed);
        H.Advance(Instant.FromUtc(2026, 3, 3, 0, 0) - H.Now);
        var nextDay = await Status.GetAsync(default);
        H.Advance(Duration.FromHours(12));
        var later = await Status.GetAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nextDay.PipelinesCompletedToday, Is.Zero);
            Assert.That(nextDay.AvgExecutionTimeSeconds, Is.Zero);
            Assert.That(later.AvgExecutionTimeSeconds, Is.Null);
            Assert.That(later.PipelinesDueNow, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Lateness_is_what_passed_between_the_time_promised_and_the_start()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", [.. Enumerable.Range(0, 20).Select(i => $"p{i}")]);
        for (var second = 1; second <= 20; second++)
        {
            H.Advance(Duration.FromSeconds(1));
            await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Completed);
        }

        var status = await Status.GetAsync(default);

        Assert.That(
            (status.LatenessP50Seconds, status.LatenessP95Seconds, status.LatenessP99Seconds),
            Is.EqualTo((10.0, 19.0, 20.0))
        );
    }

    [Test]
    public async Task Waiting_for_the_run_before_is_no_lateness()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { OverlapPolicy = OverlapPolicy.Queue });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var first = (await H.LeaseAsync()).Single();
        H.AdvanceToNextHour();
        await H.HeartbeatAsync(first);
        await H.TriggerAsync();
        H.Advance(Duration.FromMinutes(20));
        await H.ReportAsync(first, RunOutcome.Completed);
        await H.ReportAsync((await H.LeaseAsync()).Single(), RunOutcome.Completed);

        var status = await Status.GetAsync(default);

        Assert.That(status.LatenessP99Seconds, Is.Zero);
    }

    [Test]
    public async Task Alerts_that_fire_are_listed_newest_first_and_a_second_refusal_fires_none()
    {
        await H.OnboardAsync("small", "STARTER");
        for (var i = 0; i < 4; i++)
        {
            await H.ConfigureAsync("small", $"p{i}");
        }
        for (var hour = 0; hour < 3; hour++)
        {
            H.AdvanceToNextHour();
            await H.TriggerAsync();
        }
        await H.ConfigureAsync("small", "odd", c => c with { Timezone = "Atlantis/Capital", NextRunTime = H.Now });
        await H.TriggerAsync();

        var store = new AlertStore(H.Engine, H.Clock);
        var alerts = await store.ListOpenAsync(10, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                alerts.Select(alert => alert.Rule),
                Is.EqualTo(new[] { "SCHEDULE_SET_ASIDE", "QUOTA_EXCEEDED" })
            );
            Assert.That(alerts[1].Subject, Is.EqualTo("small_20260302"));
            Assert.That(alerts[1].CustomerId, Is.EqualTo("small"));
            Assert.That(await store.ListOpenAsync(1, default), Has.Count.EqualTo(1));
        }
    }
}
