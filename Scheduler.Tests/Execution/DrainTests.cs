using NUnit.Framework;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Execution;

public sealed class DrainTests
{
    [Test]
    public void Runs_that_end_within_the_grace_are_reported_as_what_they_are()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(2));
        bench.Start(concurrency: 2);
        bench.Thread.Advance(1);

        bench.Drain();
        bench.Thread.Advance(1);
        bench.Runner.End(Leases.Item(1));
        bench.Runner.End(Leases.Item(2));
        bench.Thread.Await(bench.Running, withinSeconds: 0.1);

        Assert.That(bench.Api.Accepted.Select(result => result.Outcome), Has.All.EqualTo(RunOutcome.Completed));
        Assert.That(bench.Api.Accepted, Has.Count.EqualTo(2));
    }

    [Test]
    public void What_cannot_end_is_stopped_and_released_within_eight_seconds()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(3));
        bench.Start(concurrency: 3);
        bench.Thread.Advance(1);

        bench.Drain();
        bench.Thread.Await(bench.Running, withinSeconds: 5.5);

        Assert.That(bench.Api.Accepted.Select(result => result.Outcome), Has.All.EqualTo(RunOutcome.Released));
        Assert.That(bench.Api.Accepted, Has.Count.EqualTo(3));
    }

    [Test]
    public void Nothing_is_claimed_after_the_drain_began()
    {
        using var bench = new LoopBench();
        bench.Start(concurrency: 3);
        bench.Thread.Advance(1);

        bench.Drain();
        bench.Api.Enqueue(Leases.Items(3));
        bench.Thread.Await(bench.Running, withinSeconds: 0.1);

        Assert.That(bench.Api.Claims, Has.Count.EqualTo(1));
        Assert.That(bench.Runner.Started, Is.Empty);
    }

    [Test]
    public void A_claim_whose_answer_arrives_nevertheless_is_handed_back()
    {
        using var bench = new LoopBench();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Api.OnClaim = async (_, _) =>
        {
            await answer.Task;
            return FakeSchedulerApi.Ok(new LeaseResponse { Items = Leases.Items(2) });
        };
        bench.Start(concurrency: 3);

        bench.Drain();
        bench.Thread.Advance(0.5);
        answer.SetResult();
        bench.Thread.Await(bench.Running, withinSeconds: 0.5);

        Assert.That(bench.Runner.Started, Is.Empty);
        Assert.That(
            bench.Api.Accepted.Select(result => result.Outcome),
            Is.EqualTo([RunOutcome.Released, RunOutcome.Released])
        );
    }

    [Test]
    public void Pipelines_that_ignore_their_stop_and_an_api_that_does_not_answer_cannot_hold_the_process()
    {
        using var bench = new LoopBench();
        bench.Runner.Deaf = true;
        bench.Api.Enqueue(Leases.Items(2));
        bench.Start(concurrency: 2);
        bench.Thread.Advance(1);
        bench.Api.OnReport = (_, _) => new TaskCompletionSource<Refit.ApiResponse<ResultsResponse>>().Task;
        bench.Runner.End(Leases.Item(1));

        bench.Drain();
        bench.Thread.Await(bench.Running, withinSeconds: 8);

        Assert.That(bench.Api.Accepted, Is.Empty);
        Assert.That(bench.Runner.Stopped.Single().QueueId, Is.EqualTo("q2"));
    }

    [Test]
    public void Leases_are_renewed_while_the_grace_lasts()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1, leaseSeconds: 3));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(0.5);

        bench.Drain();
        bench.Thread.Advance(4.5);
        bench.Runner.End(Leases.Item(1, leaseSeconds: 3));
        bench.Thread.Await(bench.Running, withinSeconds: 0.2);

        Assert.That(bench.Api.Accepted.Single().Outcome, Is.EqualTo(RunOutcome.Completed));
        Assert.That(bench.Api.Heartbeats, Has.Count.GreaterThanOrEqualTo(4));
    }
}
