using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

public sealed class FairShareTests
{
    [Test]
    public void Who_has_little_waits_a_round_however_much_another_has_queued()
    {
        // Served by age: all of customer 1, then the one item of customer 2.
        var waits = FairShare.Waits([(1, 0, 1), (1, 0, 2), (1, 0, 3), (2, 0, 4)]);

        Assert.That(waits, Is.EqualTo(new[] { 1.0, 3.0, 4.0, 2.0 }));
    }

    [Test]
    public void Who_comes_late_joins_the_round_that_is_being_served()
    {
        var waits = FairShare.Waits([(1, 0, 1), (1, 0, 2), (1, 0, 3), (2, 2.5, 4), (2, 2.5, 5)]);

        Assert.That(waits, Is.EqualTo(new[] { 1.0, 2.0, 4.0, 0.5, 2.5 }));
    }
}
