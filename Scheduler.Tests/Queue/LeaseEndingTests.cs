using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

[TestFixture]
internal sealed class LeaseEndingTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 3, 4, 30);

    private static readonly LeaseFacts Facts = new()
    {
        LeaseExpiresAt = Instant.FromUtc(2026, 11, 2, 12, 0),
        QueueId = "q1",
        LeaseToken = "1.abc",
        RunId = "r1",
        ConfigId = "c1",
        CustomerId = "acme",
        ScheduledTime = Instant.FromUtc(2026, 3, 3, 4, 0),
        RetryAttempt = 1,
        Lane = "schedule",
        RetryConfig = null,
        CustomerTimezone = "America/New_York",
    };

    [TestCase(RunOutcome.Completed, LeaseEndKind.Completed)]
    [TestCase(RunOutcome.Released, LeaseEndKind.Released)]
    [TestCase(RunOutcome.Cancelled, LeaseEndKind.Cancelled)]
    public void Every_other_end_has_no_retry_and_counts_in_the_customers_day(RunOutcome outcome, LeaseEndKind kind)
    {
        var end = Reported(
            new RunResult
            {
                QueueId = "q1",
                LeaseToken = "1.abc",
                Outcome = outcome,
            }
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.Outcome, Is.EqualTo(kind));
            Assert.That(end.RetryRunId, Is.Null);
            Assert.That(end.UsageId, Is.EqualTo("acme_20260302"), "23:30 in New York");
            Assert.That((end.QueueId, end.LeaseToken), Is.EqualTo(("q1", "1.abc")));
        }
    }

    [Test]
    public void A_failure_worth_it_brings_all_of_its_retry()
    {
        var end = Reported(Failed(ErrorType.ServiceUnavailable));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.RetryRunId, Is.Not.Null.And.Not.EqualTo(end.RetryQueueId));
            Assert.That(end.RetryAt - Now, Is.InRange(Duration.FromMinutes(1), Duration.FromMinutes(2)));
            Assert.That(end.RetryKey, Is.EqualTo(IdempotencyKey.Compute("c1", "schedule", Facts.ScheduledTime, 2)));
        }
    }

    [Test]
    public void A_failure_without_a_type_is_unknown_and_final()
    {
        var end = Reported(Failed(null) with { ErrorMessage = new string('x', 5000) });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.ErrorType, Is.EqualTo(ErrorType.Unknown));
            Assert.That(end.ErrorMessage, Has.Length.EqualTo(2000));
            Assert.That(
                (end.RetryRunId, end.RetryQueueId, end.RetryAt, end.RetryKey),
                Is.EqualTo((null as string, null as string, null as Instant?, null as string))
            );
        }
    }

    [Test]
    public void A_lost_lease_says_nothing_but_that()
    {
        var end = LeaseEnding.Lost(Facts, Now);

        Assert.That(
            (end.Outcome, end.ErrorType, end.RetryAt),
            Is.EqualTo((LeaseEndKind.Lost, null as ErrorType?, null as Instant?))
        );
    }

    private static LeaseEnd Reported(RunResult result) =>
        LeaseEnding.Reported(Facts, result, Now, new Random(1), new SeededIds(1));

    private static RunResult Failed(ErrorType? error) =>
        new()
        {
            QueueId = "q1",
            LeaseToken = "1.abc",
            Outcome = RunOutcome.Failed,
            ErrorType = error,
        };
}
