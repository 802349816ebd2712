using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Tests.Scheduling;

/// <summary>Which pause an item of a bulk has back.</summary>
[TestFixture]
internal sealed class BulkRulesTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    [Test]
    public void A_pause_that_would_still_go_on_comes_back_with_who_made_it_and_why()
    {
        var until = Now + Duration.FromMinutes(1);

        Assert.That(
            BulkRules.TakeBack(Item(until), "audit", Now),
            Is.EqualTo(new BulkPause(7, until, Now + Duration.FromHours(9), "key", "earlier", "audit"))
        );
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void One_that_is_over_by_now_does_not(int minutes) =>
        Assert.That(
            BulkRules.TakeBack(Item(Now + Duration.FromMinutes(minutes)), "audit", Now),
            Is.EqualTo(new BulkPause(7, Now, Now + Duration.FromHours(9), PausedBy: null, Reason: null, "audit"))
        );

    private static BulkItem Item(Instant before) =>
        new()
        {
            Nth = 7,
            CustomerId = "acme",
            ConfigId = "a",
            State = BulkItemState.Done,
            Detail = null,
            RunIds = [],
            Before = (before, "key", "earlier"),
            AfterUntil = Now + Duration.FromHours(9),
        };
}
