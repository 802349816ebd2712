using CsCheck;
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

    [Test]
    public void A_message_is_kept_but_for_its_length_and_what_terminals_obey() =>
        Gen.Char["ab \n\t\r\0\u001b\u007f\u0085\u00e4\u20ac"]
            .Array[0, 2_100]
            .Select(chosen => new string(chosen))
            .Sample(
                message =>
                {
                    var kept = Reported(Failed(ErrorType.Timeout) with { ErrorMessage = message }).ErrorMessage!;

                    Assert.That(kept, Has.Length.EqualTo(Math.Min(message.Length, 2_000)));
                    Assert.That(
                        kept.Zip(message).Where(pair => pair.First != pair.Second),
                        Is.All.Matches<(char Kept, char Sent)>(pair =>
                            pair.Kept == ' ' && char.IsControl(pair.Sent) && pair.Sent is not ('\n' or '\t')
                        )
                    );
                    Assert.That(
                        kept.Where(letter => letter is not ('\n' or '\t')),
                        Has.None.Matches<char>(char.IsControl)
                    );
                },
                iter: Cases.Of(200)
            );

    [TestCase(null, "Cancelled on request.")]
    [TestCase("by hand", "by hand")]
    public void A_cancelled_run_says_why(string? message, string kept) =>
        Assert.That(
            Reported(Failed(null) with { Outcome = RunOutcome.Cancelled, ErrorMessage = message }).ErrorMessage,
            Is.EqualTo(kept)
        );

    [TestCase(RunOutcome.Completed)]
    [TestCase(RunOutcome.Failed)]
    public void The_credential_was_used_unless_the_worker_says_otherwise(RunOutcome outcome)
    {
        var result = Failed(null) with { Outcome = outcome };
        var told = new bool?[] { null, true, false }.Select(used =>
            Reported(result with { Metrics = new RunMetrics { CredentialUsed = used } }).CredentialUsed
        );

        Assert.That(told, Is.EqualTo(new[] { true, true, false }));
        Assert.That(Reported(result).CredentialUsed, Is.True);
    }

    [Test]
    public void A_wait_that_the_provider_asks_for_is_kept()
    {
        var end = Reported(Failed(ErrorType.RateLimitExceeded) with { RetryAfter = 5_000 });

        Assert.That(end.RetryAt - Now, Is.EqualTo(Duration.FromSeconds(5_000)));
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
