using System.Net;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Execution;

public sealed class InlineExecutionTests
{
    [Test]
    public void A_run_that_ends_in_time_is_answered_with_its_state()
    {
        using var bench = new InlineBench();
        bench.Api.Enqueue(Leases.Item(1));
        bench.Runner.Takes = Duration.FromSeconds(2);

        var answer = bench.Thread.Await(bench.RunNext());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer!.Processed, Is.True);
            Assert.That(answer.Status, Is.EqualTo("COMPLETED"));
            Assert.That(answer.RunId, Is.EqualTo("run1"));
            Assert.That(bench.Api.Claims.Single().Request.WorkerId, Is.EqualTo("caller"));
            Assert.That(bench.Api.Claims.Single().Request.MaxItems, Is.EqualTo(1));
            Assert.That(bench.Api.Claims.Single().Request.WaitSeconds, Is.Zero);
        }
    }

    [Test]
    public void A_failure_says_what_failed_and_when_it_is_tried_again()
    {
        using var bench = new InlineBench();
        var retryAt = Leases.Day + Duration.FromMinutes(1);
        bench.Api.OnReport = (request, _) =>
        {
            var answer = bench.Api.Accept(request).Content!;
            return Task.FromResult(
                FakeSchedulerApi.Ok(answer with { Results = [answer.Results[0] with { RetryAt = retryAt }] })
            );
        };
        bench.Api.Enqueue(Leases.Item(1));
        var running = bench.RunNext();
        bench.Thread.Advance(1);
        bench.Runner.End(Leases.Item(1), FakeRunner.Failure(ErrorType.Timeout, "The provider did not answer."));

        var answer = bench.Thread.Await(running);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer!.Status, Is.EqualTo("FAILED"));
            Assert.That(answer.Message, Is.EqualTo("The provider did not answer."));
            Assert.That(answer.RetryAt, Is.EqualTo(retryAt));
            Assert.That(answer.Processed, Is.True);
        }
    }

    [Test]
    public void An_empty_queue_gives_nothing()
    {
        using var bench = new InlineBench();

        Assert.That(bench.Thread.Await(bench.RunNext()), Is.Null);
    }

    [Test]
    public void A_run_that_outlasts_the_wait_goes_on_with_heartbeats_to_its_end()
    {
        using var bench = new InlineBench();
        bench.Api.Enqueue(Leases.Item(1));

        var answer = bench.Thread.Await(bench.RunNext(maxWaitSeconds: 15));
        bench.Thread.Advance(40);
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(1);

        Assert.That(answer!.Status, Is.EqualTo("PROCESSING"));
        Assert.That(answer.Processed, Is.False);
        Assert.That(bench.Api.Heartbeats, Has.Count.EqualTo(5));
        Assert.That(bench.Api.Accepted.Single().Outcome, Is.EqualTo(RunOutcome.Completed));
    }

    [Test]
    public void A_caller_who_goes_away_does_not_stop_the_run()
    {
        using var bench = new InlineBench();
        using var caller = new CancellationTokenSource();
        bench.Api.Enqueue(Leases.Item(1));
        var running = bench.RunNext(cancellationToken: caller.Token);
        bench.Thread.Advance(1);

        caller.Cancel();
        Assert.That(() => bench.Thread.Await(running), Throws.InstanceOf<OperationCanceledException>());
        bench.Thread.Advance(1);
        bench.Runner.End(Leases.Item(1));
        bench.Thread.Advance(1);

        Assert.That(bench.Api.Accepted.Single().Outcome, Is.EqualTo(RunOutcome.Completed));
    }

    [Test]
    public void A_shutdown_hands_the_run_back_and_the_waiting_caller_hears_of_it()
    {
        using var bench = new InlineBench();
        bench.Api.Enqueue(Leases.Item(1));
        var running = bench.RunNext();
        bench.Thread.Advance(1);

        bench.Thread.Await(bench.Inline.DrainAsync(), withinSeconds: 8);

        var answer = bench.Thread.Await(running);
        Assert.That((answer!.Status, answer.Processed), Is.EqualTo(("PENDING", false)));
        Assert.That(bench.Thread.Await(bench.RunNext()), Is.Null);
        Assert.That(bench.Api.Claims, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_lost_lease_is_not_called_an_end()
    {
        using var bench = new InlineBench();
        bench.Api.HeartbeatSays["q1"] = HeartbeatStatus.Lost;
        bench.Api.Enqueue(Leases.Item(1));

        var answer = bench.Thread.Await(bench.RunNext());

        Assert.That((answer!.Status, answer.Processed), Is.EqualTo(("PENDING", false)));
    }

    [Test]
    public void A_claim_that_fails_is_an_exception_for_the_caller()
    {
        using var bench = new InlineBench();
        bench.Api.OnClaim = (_, _) =>
            Task.FromResult(FakeSchedulerApi.Status<LeaseResponse>(HttpStatusCode.ServiceUnavailable));

        Assert.That(
            () => bench.Thread.Await(bench.RunNext()),
            Throws
                .InstanceOf<HttpRequestException>()
                .With.Property("StatusCode")
                .EqualTo(HttpStatusCode.ServiceUnavailable)
        );
    }

    private sealed class InlineBench : IDisposable
    {
        public InlineBench()
        {
            Api = new FakeSchedulerApi(Thread);
            Runner = new FakeRunner(Thread);
            var options = new InlineExecutionOptions { ExecutorId = "api-1" };
            Inline = new InlineExecution(Api, Runner, options, Thread.Time, new Random(1), new RecordingLogger());
        }

        public VirtualThread Thread { get; } = new();
        public FakeSchedulerApi Api { get; }
        public FakeRunner Runner { get; }
        public InlineExecution Inline { get; }

        public Task<InlineResponse?> RunNext(
            double maxWaitSeconds = 540,
            CancellationToken cancellationToken = default
        ) => Inline.RunNextAsync("caller", Duration.FromSeconds(maxWaitSeconds), cancellationToken);

        public void Dispose()
        {
            Inline.Dispose();
            Thread.Dispose();
        }
    }
}
