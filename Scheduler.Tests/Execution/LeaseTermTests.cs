using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Execution;

namespace Scheduler.Tests.Execution;

public sealed class LeaseTermTests
{
    [TestCase(30, 10, 28)]
    [TestCase(3, 1, 2.7)]
    [TestCase(600, 200, 598)]
    [TestCase(0, 1 / 3d, 0.9)]
    public void A_lease_is_renewed_at_a_third_and_proven_up_to_its_margin(int lease, double renewAt, double provenUntil)
    {
        var term = LeaseTerm.Of(lease, Duration.Zero, Duration.FromSeconds(2));

        Assert.That(term.RenewAt.TotalSeconds, Is.EqualTo(renewAt).Within(1e-6));
        Assert.That(term.ProvenUntil.TotalSeconds, Is.EqualTo(provenUntil).Within(1e-6));
    }

    [Test]
    public void It_may_live_as_long_as_the_answer_could_have_been_on_its_way()
    {
        var term = LeaseTerm.Of(30, Duration.FromSeconds(100), Duration.FromSeconds(120));

        Assert.That(term.IsProven(Duration.FromSeconds(127.9)), Is.True);
        Assert.That(term.IsProven(Duration.FromSeconds(128)), Is.False);
        Assert.That(term.IsPossible(Duration.FromSeconds(149.9)), Is.True);
        Assert.That(term.IsPossible(Duration.FromSeconds(150)), Is.False);
    }

    [Test]
    public void A_run_may_begin_while_there_is_time_for_a_renewal()
    {
        var term = LeaseTerm.Of(30, Duration.Zero, Duration.FromSeconds(20));

        Assert.That(term.MayBegin(Duration.FromSeconds(17.9)), Is.True);
        Assert.That(term.MayBegin(Duration.FromSeconds(18)), Is.False);
    }
}
