using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Tests.Alerts;

public sealed class DeliveryPolicyTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    [TestCase(1, 30)]
    [TestCase(2, 60)]
    [TestCase(7, 1_920)]
    [TestCase(8, 3_600)]
    [TestCase(9, 3_600)]
    [TestCase(2_000_000_000, 3_600)]
    public void The_wait_doubles_up_to_an_hour_give_or_take_a_fifth(int attempts, int seconds)
    {
        var once = Wait("alert-1", attempts);
        var waits = Enumerable.Range(0, 200).Select(nth => Wait($"alert-{nth}", attempts).TotalSeconds).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(waits, Is.All.InRange(seconds * 0.8, seconds * 1.2));
            Assert.That(waits.Max() - waits.Min(), Is.GreaterThan(seconds * 0.3), "not all at once");
            Assert.That(Wait("alert-1", attempts), Is.EqualTo(once));
        }
    }

    [Test]
    public void A_sink_that_asks_for_a_longer_wait_gets_it_up_to_an_hour()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Wait("x", 1, Duration.FromMinutes(5)), Is.EqualTo(Duration.FromMinutes(5)));
            Assert.That(Wait("x", 1, Duration.FromSeconds(1)), Is.GreaterThan(Duration.FromSeconds(20)));
            Assert.That(Wait("x", 1, Duration.FromDays(3)), Is.EqualTo(Duration.FromHours(1)));
        }
    }

    [Test]
    public void The_last_attempt_is_made_when_the_window_ends()
    {
        var giveUpAt = Now + Duration.FromSeconds(5);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(DeliveryPolicy.NextAttempt("x", 30, null, giveUpAt, Now), Is.EqualTo(giveUpAt));
            Assert.That(DeliveryPolicy.NextAttempt("x", 31, null, giveUpAt, giveUpAt), Is.Null);
        }
    }

    private static Duration Wait(string id, int attempts, Duration? retryAfter = null) =>
        DeliveryPolicy.NextAttempt(id, attempts, retryAfter, Now + DeliveryPolicy.Window, Now)!.Value - Now;
}
