using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Execution;

/// <summary>Short runs are claimed ahead, so that no slot waits for a claim; long ones are not.</summary>
public sealed class PrefetchTests
{
    [Test]
    public void Runs_that_are_short_beside_a_claim_are_claimed_ahead_and_never_run_beyond_the_concurrency()
    {
        using var bench = new LoopBench();
        ClaimsTake(bench, 0.2);
        bench.Runner.Takes = Duration.FromSeconds(0.1);
        bench.Api.Enqueue(Leases.Items(200));

        bench.Start(concurrency: 4);
        bench.Thread.Advance(15);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                bench.Api.Claims.Max(claim => claim.Request.MaxItems),
                Is.EqualTo(8),
                "slots and as many ahead"
            );
            Assert.That(bench.Runner.MostAtOnce, Is.EqualTo(4));
            Assert.That(bench.Api.Accepted.Select(result => result.QueueId), Is.Unique);
            Assert.That(bench.Api.Accepted, Has.Count.EqualTo(200));
            Assert.That(bench.Api.Accepted, Has.All.Property(nameof(RunResult.Outcome)).EqualTo(RunOutcome.Completed));
        }
    }

    [Test]
    public void Runs_that_are_long_beside_a_claim_are_not_claimed_ahead()
    {
        using var bench = new LoopBench();
        ClaimsTake(bench, 0.05);
        bench.Runner.Takes = Duration.FromSeconds(2);
        bench.Api.Enqueue(Leases.Items(40));

        bench.Start(concurrency: 4);
        bench.Thread.Advance(15);

        Assert.That(
            bench.Api.Claims,
            Has.All.Matches<(Duration At, ProcessQueueRequest Request)>(claim => claim.Request.MaxItems <= 4)
        );
        Assert.That(Leased(bench), Is.LessThanOrEqualTo(4));
    }

    [Test]
    public void What_waits_a_second_for_a_slot_is_handed_back_long_before_its_lease_ends()
    {
        using var bench = new LoopBench();
        ClaimAhead(bench);

        bench.Runner.Takes = null;
        bench.Thread.Advance(2);

        var handedBack = bench.Api.Accepted.Where(result => result.Outcome == RunOutcome.Released).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(handedBack, Is.Not.Empty);
            Assert.That(bench.Runner.Started, Has.None.AnyOf(handedBack.Select(result => result.QueueId).ToArray()));
            Assert.That(bench.Runner.Running, Is.EqualTo(4));
            Assert.That(Leased(bench), Is.EqualTo(4), "nothing but what runs is leased");
        }
    }

    [Test]
    public void A_drain_hands_back_at_once_what_waits_for_a_slot()
    {
        using var bench = new LoopBench();
        ClaimAhead(bench);
        bench.Runner.Takes = null;
        bench.Thread.Advance(0.4);
        var waiting = Leased(bench) - bench.Runner.Running;

        bench.Drain();
        bench.Thread.Advance(0.3);

        Assert.That(waiting, Is.GreaterThan(0));
        Assert.That(
            bench.Api.Accepted.Count(result => result.Outcome == RunOutcome.Released),
            Is.GreaterThanOrEqualTo(waiting)
        );
        Assert.That(bench.Runner.Running, Is.EqualTo(4), "what runs has its grace");
    }

    [Test]
    public void Results_that_cannot_be_delivered_free_their_slots_but_do_not_pile_up()
    {
        using var bench = new LoopBench();
        bench.Api.OnReport = (_, _) => FakeSchedulerApi.Down<ResultsResponse>();
        bench.Runner.Takes = Duration.FromSeconds(0.1);
        bench.Api.Enqueue(Leases.Items(100));

        bench.Start(concurrency: 4);
        bench.Thread.Advance(10);

        Assert.That(bench.Runner.Started, Has.Count.EqualTo(12), "three times the concurrency");
    }

    /// <summary>Answers as the API does, but later.</summary>
    /// <summary>Short runs beside slow claims, for two seconds: items wait for slots by then.</summary>
    private static void ClaimAhead(LoopBench bench)
    {
        ClaimsTake(bench, 0.2);
        bench.Runner.Takes = Duration.FromSeconds(0.1);
        bench.Api.Enqueue(Leases.Items(100));
        bench.Start(concurrency: 4);
        bench.Thread.Advance(2);
    }

    private static void ClaimsTake(LoopBench bench, double seconds) =>
        bench.Api.OnClaim = async (request, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), bench.Thread.Time, token);
            var answer = await bench.Api.ClaimAsync(request, token);
            bench.Leased += answer.Content?.Items.Count ?? 0;
            return answer;
        };

    private static int Leased(LoopBench bench) => bench.Leased - bench.Api.Accepted.Count;
}
