using System.Net;
using Microsoft.Extensions.Logging;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Execution;

public sealed class ResultTests
{
    [Test]
    public void What_finishes_together_is_reported_in_one_call()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Items(10));
        bench.Start(concurrency: 10);
        bench.Thread.Advance(1);
        foreach (var item in Leases.Items(10))
        {
            bench.Runner.End(item);
            bench.Thread.Advance(0.002);
        }
        bench.Thread.Advance(0.1);

        Assert.That(bench.Api.Reports.Select(report => report.Request.Results.Count), Is.EqualTo([10]));
        Assert.That(bench.Api.Reports[0].At.TotalSeconds, Is.EqualTo(1.025).Within(0.011));
    }

    [Test]
    public void A_batch_holds_at_most_five_hundred()
    {
        using var bench = new LoopBench();
        bench.Runner.Takes = Duration.FromSeconds(1);
        bench.Api.Enqueue(Leases.Items(900));
        bench.Start(concurrency: 900);
        bench.Thread.Advance(2);

        Assert.That(bench.Api.Reports.Select(report => report.Request.Results.Count), Is.EqualTo([500, 400]));
    }

    [Test]
    public void A_failure_carries_its_type_message_and_wait()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);
        bench.Runner.End(
            Leases.Item(1),
            FakeRunner.Failure(ErrorType.RateLimitExceeded, new string('x', 3000), Duration.FromSeconds(90))
        );
        bench.Thread.Advance(1);

        var result = bench.Api.Accepted.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Outcome, Is.EqualTo(RunOutcome.Failed));
            Assert.That(result.ErrorType, Is.EqualTo(ErrorType.RateLimitExceeded));
            Assert.That(result.ErrorMessage, Has.Length.EqualTo(2000));
            Assert.That(result.RetryAfter, Is.EqualTo(90));
        }
    }

    [Test]
    public void A_runner_that_throws_is_an_unknown_failure_that_repeats_no_text_of_the_exception()
    {
        using var bench = new LoopBench();
        bench.Runner.Throws = new InvalidOperationException("password=canary");
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);

        Assert.That(bench.Api.Accepted.Single().ErrorType, Is.EqualTo(ErrorType.Unknown));
        Assert.That(
            bench.Api.Accepted.Single().ErrorMessage,
            Does.Contain("InvalidOperationException").And.Not.Contain("canary")
        );
        Assert.That(bench.Logger.Texts(LogLevel.Trace), Has.None.Contain("canary"));
    }

    [Test]
    public void A_lost_answer_is_followed_by_a_retry_and_stale_then_means_no_harm()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Api.OnReport = (request, _) =>
        {
            bench.Api.OnReport = null;
            bench.Api.Accept(request);
            return FakeSchedulerApi.Down<ResultsResponse>();
        };
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(3);

        Assert.That(bench.Api.Reports, Has.Count.EqualTo(2));
        Assert.That(bench.Api.Accepted, Has.Count.EqualTo(1));
        Assert.That(
            bench
                .Logger.Lines.Where(line => line.Text.Contains("stale after an unanswered try"))
                .Select(line => line.Level),
            Is.EqualTo([LogLevel.Information])
        );
    }

    [Test]
    public void A_stale_first_answer_is_a_warning()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);
        bench.Api.Accept(
            new ResultsRequest
            {
                WorkerId = "other",
                Results =
                [
                    new RunResult
                    {
                        QueueId = "q1",
                        LeaseToken = "1-token1",
                        Outcome = RunOutcome.Completed,
                    },
                ],
            }
        );
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(1);

        Assert.That(bench.Logger.Texts(LogLevel.Warning).Single(), Does.Contain("no effect"));
    }

    [Test]
    public void Delivering_is_tried_as_long_as_the_lease_could_live_and_then_given_up_with_one_line()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);
        bench.Api.OnReport = (_, _) => FakeSchedulerApi.Down<ResultsResponse>();
        bench.Api.OnHeartbeat = (_, _) => FakeSchedulerApi.Down<HeartbeatResponse>();
        bench.Api.OnClaim = (_, _) => FakeSchedulerApi.Down<LeaseResponse>();
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(60);

        Assert.That(bench.Api.Reports, Has.Count.InRange(6, 16));
        Assert.That(bench.Api.Reports[^1].At.TotalSeconds, Is.InRange(23, 30));
        var warnings = bench.Logger.Texts(LogLevel.Warning).ToList();
        Assert.That(warnings, Has.Count.EqualTo(2));
        Assert.That(warnings[0], Does.StartWith("API cannot be reached"));
        Assert.That(warnings[1], Does.Contain("could not be delivered (its lease ran out)"));
        Assert.That(bench.Api.Claims, Has.Count.GreaterThan(3), "the slot is free again");
    }

    [Test]
    public void A_lease_that_is_renewed_is_kept_while_its_result_cannot_be_delivered()
    {
        using var bench = new LoopBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start(concurrency: 1);
        bench.Thread.Advance(1);
        bench.Api.OnReport = (_, _) =>
            Task.FromResult(FakeSchedulerApi.Status<ResultsResponse>(HttpStatusCode.ServiceUnavailable));
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(90);
        bench.Api.OnReport = null;
        bench.Thread.Advance(6);

        Assert.That(bench.Api.Accepted.Single().Outcome, Is.EqualTo(RunOutcome.Completed));
    }

    [Test]
    public void One_result_that_is_refused_does_not_hold_up_the_others()
    {
        using var bench = new LoopBench();
        bench.Api.OnReport = (request, _) =>
            Task.FromResult(
                request.Results.Any(result => result.QueueId == "q3")
                    ? FakeSchedulerApi.Status<ResultsResponse>(HttpStatusCode.UnprocessableEntity)
                    : bench.Api.Accept(request)
            );
        bench.Runner.Takes = Duration.FromSeconds(1);
        bench.Api.Enqueue(Leases.Items(8));
        bench.Start(concurrency: 8);
        bench.Thread.Advance(2);

        Assert.That(
            bench.Api.Accepted.Select(result => result.QueueId),
            Is.EquivalentTo(["q1", "q2", "q4", "q5", "q6", "q7", "q8"])
        );
        Assert.That(bench.Logger.Texts(LogLevel.Warning), Has.Exactly(1).Items.And.One.Contain("run3"));
    }

    [Test]
    public void A_completed_run_leaves_one_readable_line()
    {
        using var bench = new LoopBench();
        bench.Runner.Takes = Duration.FromSeconds(0.42);
        bench.Api.Enqueue(Leases.Item(1));
        bench.Start();
        bench.Thread.Advance(1);

        Assert.That(
            bench.Logger.Texts(LogLevel.Information),
            Is.EqualTo(["run run1 acme/COST/focus_csv completed in 0.42 s (120 rows)"])
        );
    }
}
