using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Scheduling;

/// <summary>Whether a trigger says that there is more, and whom it wakes.</summary>
[TestFixture]
internal sealed class TriggerTests : SchedulingFixture
{
    private const string Plan = "scheduling.plan_batch";

    private readonly CountedFailpoints between = new();

    private Trigger Trigger =>
        new(H.Schedules, H.Clock, H.Ids, new TriggerOptions(), H.Signal, H.Time, between, NullLogger<Trigger>.Instance);

    [Test]
    public async Task What_a_full_page_has_left_when_the_time_is_up_stays_due()
    {
        await CatchUpAsync("first", "second");
        WritingTakesAMinute();

        // Three runs of the first are a batch, and the page is as full as it may be.
        var response = await RunAsync(batchSize: 2, seconds: 30);

        Assert.That((response.QueuedCount, response.HasMore), Is.EqualTo((3, true)));
        Assert.That((await H.TriggerAsync()).QueuedCount, Is.EqualTo(3));
    }

    [Test]
    public async Task A_trigger_whose_time_is_up_with_its_last_run_has_no_more()
    {
        await CatchUpAsync("only");
        WritingTakesAMinute();

        var response = await RunAsync(batchSize: 2, seconds: 30);

        Assert.That((response.QueuedCount, response.HasMore), Is.EqualTo((3, false)));
    }

    [TestCase(4, 0)]
    [TestCase(2, 1)]
    public async Task Between_two_batches_a_process_can_be_held_and_after_the_last_it_cannot(int batchSize, int places)
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await H.ConfigureAsync("acme", name);
        }
        H.AdvanceToNextHour();

        var response = await RunAsync(batchSize);

        Assert.That((response.QueuedCount, between.Reached), Is.EqualTo((3, places)));
    }

    [Test]
    public async Task Those_who_wait_for_work_are_woken_by_runs()
    {
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        var raised = H.Signal.Raised;

        await RunAsync();

        Assert.That(raised.IsCompleted, Is.True);
    }

    [Test]
    public async Task Nobody_is_woken_where_nothing_was_queued()
    {
        await H.ConfigureAsync("acme");
        H.AdvanceToNextHour();
        await Database.ExecuteAsync("update customer_profiles set status = 'SUSPENDED' where customer_id = 'acme'");
        var raised = H.Signal.Raised;

        var response = await RunAsync();

        Assert.That((response.Details.PassedOver, response.QueuedCount), Is.EqualTo((1, 0)));
        Assert.That(raised.IsCompleted, Is.False);
    }

    private Task<TriggerResponse> RunAsync(int batchSize = 100, int seconds = 600) =>
        Trigger.RunAsync(new TriggerRequest { BatchSize = batchSize, MaxProcessingTimeSeconds = seconds }, default);

    private void WritingTakesAMinute() =>
        Engine.Before(
            Plan,
            () =>
            {
                H.Advance(Duration.FromMinutes(1));
                return Task.CompletedTask;
            }
        );

    /// <summary>Three occurrences each.</summary>
    private async Task CatchUpAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await H.ConfigureAsync("acme", name, it => it with { MisfirePolicy = MisfirePolicy.RunAll });
        }
        H.Advance(Duration.FromHours(3));
    }

    private sealed class CountedFailpoints : IFailpoints
    {
        public int Reached { get; private set; }

        public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
        {
            Reached += failpoint == Failpoint.TriggerBetweenBatches ? 1 : 0;
            return ValueTask.CompletedTask;
        }
    }
}
