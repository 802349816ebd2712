using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Execution;

namespace Scheduler.Tests.Execution;

public sealed class BackoffTests
{
    private static readonly ApiFailure Down = new(ApiFailureKind.Unavailable, "down");
    private readonly Random random = new(7);

    [TestCase(1, 0.25, 0.5)]
    [TestCase(2, 0.5, 1)]
    [TestCase(5, 4, 8)]
    [TestCase(7, 15, 30)]
    [TestCase(int.MaxValue, 15, 30)]
    public void Failures_double_the_wait_up_to_the_cap(int failures, double least, double most)
    {
        for (var i = 0; i < 1000; i++)
        {
            var delay = FailureBackoff.Delay(failures, Down, FailureBackoff.Longest, random);
            Assert.That(delay.TotalSeconds, Is.InRange(least, most));
        }
    }

    [TestCase(ApiFailureKind.Unauthorised)]
    [TestCase(ApiFailureKind.Refused)]
    public void What_a_person_has_to_repair_is_tried_slowly_from_the_start(ApiFailureKind kind)
    {
        var delay = FailureBackoff.Delay(1, new ApiFailure(kind, ""), FailureBackoff.Longest, random);

        Assert.That(delay.TotalSeconds, Is.InRange(15, 30));
    }

    [TestCase(0.1, 0.25, 0.5)]
    [TestCase(45, 45, 45)]
    [TestCase(99999, 300, 300)]
    public void A_longer_retry_after_wins_within_reason(double asked, double least, double most)
    {
        var failure = Down with { RetryAfter = Duration.FromSeconds(asked) };

        var delay = FailureBackoff.Delay(1, failure, FailureBackoff.Longest, random);

        Assert.That(delay.TotalSeconds, Is.InRange(least, most));
    }

    [TestCase(0, 2.5, 5)]
    [TestCase(2, 0.5, 3)]
    [TestCase(20, 0, 0)]
    public void An_idle_wait_is_at_most_the_interval_less_what_was_waited(double waited, double least, double most)
    {
        for (var i = 0; i < 1000; i++)
        {
            var delay = IdleBackoff.Delay(Duration.FromSeconds(5), Duration.FromSeconds(waited), random);
            Assert.That(delay.TotalSeconds, Is.InRange(least, most));
        }
    }
}
