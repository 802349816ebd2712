using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Execution;

public sealed class HeartbeatTests
{
    [Test]
    public void All_leases_are_renewed_in_one_call_every_third_of_the_lease()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(4, leaseSeconds: 30));
        bench.Start(concurrency: 4);
        bench.Thread.Advance(61);

        Assert.That(
            bench.Api.Heartbeats.Select(beat => beat.At.TotalSeconds),
            Is.EqualTo([10, 20, 30, 40, 50, 60]).Within(0.05)
        );
        Assert.That(bench.Api.Heartbeats.Select(beat => beat.Request.Leases.Count), Has.All.EqualTo(4));
        Assert.That(bench.Runner.Running, Is.EqualTo(4));
    }

    [Test]
    public void The_shortest_lease_sets_the_pace()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1, leaseSeconds: 30), Leases.Item(2, leaseSeconds: 6));
        bench.Start(concurrency: 2);
        bench.Thread.Advance(6.5);

        Assert.That(bench.Api.Heartbeats.Select(beat => beat.At.TotalSeconds), Is.EqualTo([2, 4, 6]).Within(0.05));
    }

    [Test]
    public void A_lost_lease_stops_the_run_and_nothing_is_reported()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(2));
        bench.Api.HeartbeatSays["q1"] = HeartbeatStatus.Lost;
        bench.Start(concurrency: 2);
        bench.Thread.Advance(25);

        Assert.That(bench.Runner.Stopped.Single().QueueId, Is.EqualTo("q1"));
        Assert.That(bench.Api.Reports, Is.Empty);
        Assert.That(bench.Api.Heartbeats[1].Request.Leases.Select(lease => lease.QueueId), Is.EqualTo(["q2"]));
        Assert.That(bench.Logger.Texts(LogLevel.Warning).Single(), Does.Contain("its lease is lost"));
    }

    [Test]
    public void A_run_that_completes_although_its_lease_was_lost_is_not_reported()
    {
        using var bench = new LoopBench();
        bench.Runner.Deaf = true;
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.HeartbeatSays["q1"] = HeartbeatStatus.Lost;
        bench.Start(concurrency: 1);
        bench.Thread.Advance(11);
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(5);

        Assert.That(bench.Api.Reports, Is.Empty);
    }

    [Test]
    public void A_requested_cancel_stops_the_run_and_is_reported_as_cancelled()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.HeartbeatSays["q1"] = HeartbeatStatus.Cancel;
        bench.Start(concurrency: 1);
        bench.Thread.Advance(11);

        Assert.That(bench.Runner.Stopped, Has.Count.EqualTo(1));
        Assert.That(bench.Api.Accepted.Single().Outcome, Is.EqualTo(RunOutcome.Cancelled));
    }

    [Test]
    public void When_the_api_is_away_until_the_lease_runs_out_the_run_is_stopped_in_time_and_nothing_is_reported()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.OnHeartbeat = (_, _) => FakeSchedulerApi.Down<HeartbeatResponse>();
        bench.Start(concurrency: 1);
        bench.Thread.Advance(60);

        Assert.That(bench.Runner.Stopped.Single().At.TotalSeconds, Is.EqualTo(28).Within(0.05));
        Assert.That(bench.Api.Reports, Is.Empty);
        Assert.That(bench.Api.Heartbeats, Has.Count.GreaterThanOrEqualTo(4), "tried again before the end");
    }

    [Test]
    public void A_heartbeat_that_is_never_answered_does_not_keep_the_run_alive()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.OnHeartbeat = (_, _) => new TaskCompletionSource<Refit.ApiResponse<HeartbeatResponse>>().Task;
        bench.Start(concurrency: 1);
        bench.Thread.Advance(29);

        Assert.That(bench.Runner.Stopped.Single().At.TotalSeconds, Is.EqualTo(28).Within(0.05));
        bench.Api.OnHeartbeat = null;
    }

    [Test]
    public void A_lease_counts_from_before_its_renewal_was_sent()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.OnHeartbeat = async (request, token) =>
        {
            if (bench.Api.Heartbeats.Count > 1)
            {
                throw new HttpRequestException("down");
            }
            await Task.Delay(TimeSpan.FromSeconds(8), bench.Thread.Time, token);
            return bench.Api.Beat(request);
        };
        bench.Start(concurrency: 1);
        bench.Thread.Advance(60);

        Assert.That(bench.Runner.Stopped.Single().At.TotalSeconds, Is.EqualTo(10 + 28).Within(0.05));
    }

    [Test]
    public void A_run_whose_lease_is_nearly_used_up_by_the_wait_for_work_begins_after_its_first_heartbeat()
    {
        using var bench = new LoopBench();
        bench.Api.OnHeartbeat = async (request, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5), bench.Thread.Time, token);
            return bench.Api.Beat(request);
        };
        bench.Start(concurrency: 1);
        bench.Thread.Advance(4.2);
        bench.Api.Enqueue(Leases.Item(1, leaseSeconds: 5));
        bench.Thread.Advance(0.4);

        Assert.That(bench.Runner.Running, Is.Zero);
        bench.Thread.Advance(20);
        Assert.That(bench.Runner.Running, Is.EqualTo(1), "The lease was renewed in time.");
        Assert.That(bench.Runner.Stopped, Is.Empty);
    }

    [Test]
    public void A_short_outage_costs_nothing()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(9);
        bench.Api.OnHeartbeat = (_, _) => FakeSchedulerApi.Down<HeartbeatResponse>();
        bench.Thread.Advance(12);
        bench.Api.OnHeartbeat = null;
        bench.Thread.Advance(60);
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(1);

        Assert.That(bench.Api.Accepted.Single().Outcome, Is.EqualTo(RunOutcome.Completed));
        Assert.That(
            bench.Logger.Texts(LogLevel.Information).Count(line => line.StartsWith("API", StringComparison.Ordinal)),
            Is.EqualTo(2)
        );
    }

    [Test]
    public void A_process_that_was_frozen_past_its_lease_stops_the_run_before_anything_else()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);

        bench.Runner.End(Leases.Item(1));
        bench.Thread.Freeze(40);
        bench.Thread.Advance(2);

        Assert.That(bench.Api.Reports, Is.Empty);
        Assert.That(bench.Logger.Texts(LogLevel.Warning).Single(), Does.Contain("its lease is lost"));
    }

    [Test]
    public void A_lease_whose_claim_waited_too_long_is_proven_by_a_heartbeat_before_its_run_starts()
    {
        using var bench = new LoopBench();
        var beat = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Api.OnHeartbeat = async (request, _) =>
        {
            await beat.Task;
            return bench.Api.Beat(request);
        };
        bench.Start(concurrency: 1);
        bench.Thread.Advance(5);
        bench.Api.Enqueue(Leases.Item(1, leaseSeconds: 3));
        bench.Thread.Advance(0.1);

        Assert.That(bench.Api.Heartbeats, Has.Count.EqualTo(1));
        Assert.That(bench.Runner.Started, Is.Empty);
        beat.SetResult();
        bench.Thread.Advance(0.1);
        Assert.That(bench.Runner.Started, Is.EqualTo(["q1"]));
    }

    [Test]
    public void A_heartbeat_answer_about_other_leases_renews_nothing()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.OnHeartbeat = (_, _) => Task.FromResult(FakeSchedulerApi.Ok(new HeartbeatResponse { Leases = [] }));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(30);

        Assert.That(bench.Runner.Stopped, Has.Count.EqualTo(1));
        Assert.That(bench.Api.Heartbeats, Has.Count.LessThan(20));
    }
}
