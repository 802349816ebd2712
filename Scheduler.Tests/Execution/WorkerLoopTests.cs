using System.Net;
using Microsoft.Extensions.Logging;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Execution;

public sealed class WorkerLoopTests
{
    [Test]
    public void Concurrency_is_never_exceeded_and_every_item_runs_once()
    {
        using var bench = new LoopBench();
        bench.Runner.Takes = Duration.FromSeconds(0.3);
        bench.Api.Enqueue(Leases.Items(50));

        bench.Start(concurrency: 4);
        bench.Thread.Advance(10);

        Assert.That(bench.Runner.MostAtOnce, Is.EqualTo(4));
        Assert.That(bench.Runner.Started, Is.EquivalentTo(Leases.Items(50).Select(item => item.QueueId)));
        Assert.That(bench.Api.Accepted, Has.Count.EqualTo(50));
    }

    [Test]
    public void A_claim_asks_for_the_free_slots_and_waits_on_the_server()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(3));

        bench.Start(concurrency: 4);
        bench.Thread.Advance(0.1);

        Assert.That(bench.Api.Claims.Select(claim => claim.Request.MaxItems), Is.EqualTo([4, 1]));
        var request = bench.Api.Claims[0].Request;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(request.Execution, Is.EqualTo(ExecutionMode.Lease));
            Assert.That(request.WaitSeconds, Is.EqualTo(20));
            Assert.That(request.WorkerId, Is.EqualTo("worker-1"));
        }
    }

    [Test]
    public void A_slot_that_becomes_free_is_filled_at_once_while_others_still_run()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(3));
        bench.Start(concurrency: 2);
        bench.Thread.Advance(1);

        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(0.1);

        Assert.That(bench.Runner.Started, Is.EqualTo(["q1", "q2", "q3"]));
        Assert.That(bench.Runner.Running, Is.EqualTo(2));
    }

    [Test]
    public void Slots_that_become_free_during_an_outstanding_claim_do_not_wait_for_it_to_time_out()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(3));
        bench.Start(concurrency: 4);
        bench.Thread.Advance(1);
        foreach (var item in Leases.Items(3))
        {
            bench.Runner.End(item);
        }
        bench.Thread.Advance(1);

        bench.Api.Enqueue([.. Leases.Items(7).Skip(3)]);
        bench.Thread.Advance(0.1);

        Assert.That(bench.Runner.Running, Is.EqualTo(4));
        Assert.That(bench.Api.MostOpenClaims, Is.EqualTo(1));
    }

    [Test]
    public void An_empty_queue_without_long_poll_is_asked_again_within_the_poll_interval()
    {
        using var bench = new LoopBench();
        bench.Start(pollSeconds: 5, longPollSeconds: 0);
        bench.Thread.Advance(60);

        var gaps = bench.Api.Claims.Zip(bench.Api.Claims.Skip(1), (a, b) => (b.At - a.At).TotalSeconds).ToList();
        Assert.That(gaps, Has.Count.GreaterThanOrEqualTo(11));
        Assert.That(gaps, Has.All.InRange(2.5, 5.02));
        Assert.That(gaps.Distinct().Count(), Is.GreaterThan(3), "jitter");
    }

    [Test]
    public void What_the_long_poll_waited_is_not_waited_again()
    {
        using var bench = new LoopBench();
        bench.Start(pollSeconds: 5, longPollSeconds: 20);
        bench.Thread.Advance(61);

        Assert.That(bench.Api.Claims.Select(claim => claim.At.TotalSeconds), Is.EqualTo([0, 20, 40, 60]).Within(0.1));
    }

    [Test]
    public void An_unreachable_api_is_tried_with_growing_waits_and_logged_once()
    {
        using var bench = new LoopBench();
        bench.Api.OnClaim = (_, _) => FakeSchedulerApi.Down<LeaseResponse>();
        bench.Start();
        bench.Thread.Advance(300);
        bench.Api.OnClaim = null;
        bench.Thread.Advance(31);

        var gaps = bench.Api.Claims.Zip(bench.Api.Claims.Skip(1), (a, b) => (b.At - a.At).TotalSeconds).ToList();
        Assert.That(gaps[0], Is.InRange(0.25, 0.51));
        Assert.That(gaps, Has.All.LessThanOrEqualTo(30.02));
        Assert.That(gaps.Skip(7).Take(5), Has.All.GreaterThanOrEqualTo(15));
        Assert.That(
            bench.Logger.Texts(LogLevel.Information),
            Is.EqualTo([
                "API cannot be reached (Claim): HttpRequestException: Connection refused (scheduler:8080); trying again until it is back",
                "API is back",
            ])
        );
    }

    [Test]
    public void Retry_after_is_honoured()
    {
        using var bench = new LoopBench();
        bench.Api.OnClaim = (_, _) =>
            Task.FromResult(FakeSchedulerApi.Status<LeaseResponse>(HttpStatusCode.TooManyRequests, 45));
        bench.Start();
        bench.Thread.Advance(91);

        Assert.That(bench.Api.Claims.Select(claim => claim.At.TotalSeconds), Is.EqualTo([0, 45, 90]).Within(0.1));
    }

    [Test]
    public void A_refused_key_is_named_once_and_tried_slowly_until_it_works()
    {
        using var bench = new LoopBench();
        bench.Api.OnClaim = (_, _) =>
            Task.FromResult(FakeSchedulerApi.Status<LeaseResponse>(HttpStatusCode.Unauthorized));
        bench.Start();
        bench.Thread.Advance(120);
        var tries = bench.Api.Claims.Count;
        bench.Api.OnClaim = null;
        bench.Api.Enqueue(Leases.Item(1));
        bench.Thread.Advance(31);

        Assert.That(tries, Is.InRange(4, 9));
        Assert.That(bench.Logger.Texts(LogLevel.Error).Single(), Does.Contain("check WORKER_KEY or ADMIN_KEY"));
        Assert.That(bench.Runner.Started, Is.EqualTo(["q1"]));
    }

    [Test]
    public void Items_beyond_the_free_slots_are_handed_back()
    {
        using var bench = new LoopBench();
        var first = true;
        bench.Api.OnClaim = (request, token) =>
        {
            (first, var answer) = (false, first);
            return answer
                ? Task.FromResult(FakeSchedulerApi.Ok(new LeaseResponse { Items = Leases.Items(3) }))
                : bench.Api.ClaimAsync(request, token);
        };
        bench.Start(concurrency: 2);
        bench.Thread.Advance(1);

        Assert.That(bench.Runner.Started, Is.EqualTo(["q1", "q2"]));
        Assert.That(
            bench.Api.Accepted.Select(result => (result.QueueId, result.Outcome)),
            Is.EqualTo([("q3", RunOutcome.Released)])
        );
    }

    [Test]
    public void A_claim_that_is_never_answered_is_given_up_ten_seconds_after_its_wait()
    {
        using var bench = new LoopBench();
        bench.Api.OnClaim = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, bench.Thread.Time, token);
            throw new InvalidOperationException();
        };
        bench.Start(longPollSeconds: 20);
        bench.Thread.Advance(31);

        Assert.That(bench.Api.Claims.Select(claim => claim.At.TotalSeconds), Is.EqualTo([0, 30.4]).Within(0.2));
        Assert.That(bench.Logger.Texts(LogLevel.Warning).Single(), Does.Contain("no answer within 30 s"));
    }
}
