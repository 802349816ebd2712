using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>Which of the reports that travel together end a lease.</summary>
internal sealed class ResultBatchTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 3, 4, 30);

    private static readonly HeldLeases Held = new(
        Now,
        [
            new LeaseFacts
            {
                LeaseExpiresAt = Now + Duration.FromSeconds(30),
                QueueId = "q1",
                LeaseToken = "2.new",
                RunId = "r1",
                ConfigId = "c1",
                CustomerId = "acme",
                ScheduledTime = Now,
                RetryAttempt = 0,
                Lane = "schedule",
                RetryConfig = null,
                CustomerTimezone = "UTC",
            },
        ]
    );

    [TestCase("q1", "1.old", Description = "the token of a lease before")]
    [TestCase("q2", "2.new", Description = "another item")]
    public void A_report_that_is_not_of_the_lease_ends_nothing(string queueId, string token) =>
        Assert.That(Batch(Report(queueId, token, RunOutcome.Completed)).Ends, Is.Empty);

    [Test]
    public void The_holder_is_heard_although_an_older_holder_reports_at_the_same_time()
    {
        var batch = Batch(Report("q1", "1.old", RunOutcome.Released), Report("q1", "2.new", RunOutcome.Completed));
        var ended = new EndedLease("q1", RunState.Completed, null, null, "r1", "c1", false, false);

        var answers = batch.Answers([ended]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.Ends.Single().Outcome, Is.EqualTo(LeaseEndKind.Completed));
            Assert.That(
                answers.Select(answer => answer.Results.Single().Status),
                Is.EqualTo(new[] { ResultStatus.Stale, ResultStatus.Accepted })
            );
        }
    }

    private static ResultBatch Batch(params ResultsRequest[] requests) =>
        new(requests, Held, new Random(7), new SeededIds(7));

    private static ResultsRequest Report(string queueId, string token, RunOutcome outcome) =>
        new()
        {
            WorkerId = "worker-1",
            Results =
            [
                new RunResult
                {
                    QueueId = queueId,
                    LeaseToken = token,
                    Outcome = outcome,
                },
            ],
        };
}
