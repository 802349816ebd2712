using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Scheduling;

public sealed class SpreadTests
{
    [Test]
    public void No_spread_is_no_delay() => Assert.That(Spread.Delay("cfg-1", 0), Is.EqualTo(Duration.Zero));

    // The first 8 bytes of SHA-256("cfg-1"), modulo the width in milliseconds.
    [TestCase(1, 292)]
    [TestCase(300, 193292)]
    [TestCase(int.MaxValue, 1074459912292)]
    public void The_delay_never_changes_between_versions(int seconds, long milliseconds) =>
        Assert.That(Spread.Delay("cfg-1", seconds), Is.EqualTo(Duration.FromMilliseconds(milliseconds)));

    [Test]
    public void Many_pipelines_fill_the_width_evenly()
    {
        var delays = Enumerable.Range(0, 10_000).Select(n => Spread.Delay($"cfg-{n}", 60)).ToList();
        var perSecond = delays.CountBy(delay => (int)delay.TotalSeconds).ToList();

        Assert.That(delays, Has.All.InRange(Duration.Zero, Duration.FromMilliseconds(59_999)));
        Assert.That(perSecond, Has.Count.EqualTo(60));
        Assert.That(perSecond.Select(second => second.Value), Has.All.InRange(100, 240));
    }

    [Test]
    public void A_negative_width_is_a_bug() =>
        Assert.That(() => Spread.Delay("cfg-1", -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
