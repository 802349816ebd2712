using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Who leads a duty, and in which term.</summary>
internal abstract class DutyLeaseContract : StoreContract
{
    private static readonly Duration Lease = Duration.FromSeconds(30);

    private DutyStore Duties => new(H.Engine, H.Clock);

    [Test]
    public async Task The_first_to_ask_leads_and_everybody_else_is_told_who_does()
    {
        var first = await Duties.TakeAsync("trigger", "api-1", null, Lease, default);
        H.Advance(Duration.FromSeconds(10));
        var second = await Duties.TakeAsync("trigger", "api-2", null, Lease, default);
        var other = await Duties.TakeAsync("purge", "api-2", null, Lease, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Holder, first.Term), Is.EqualTo(("api-1", 1)));
            Assert.That(first.ExpiresAt, Is.EqualTo(first.Now + Lease));
            Assert.That((second.Holder, second.Term, second.ExpiresAt), Is.EqualTo(("api-1", 1, first.ExpiresAt)));
            Assert.That(second.Now, Is.EqualTo(H.Now));
            Assert.That((other.Holder, other.Term), Is.EqualTo(("api-2", 1)), "each duty has a lease of its own");
        }
    }

    [Test]
    public async Task The_leader_renews_within_its_term()
    {
        await Duties.TakeAsync("trigger", "api-1", null, Lease, default);
        for (var beat = 0; beat < 5; beat++)
        {
            H.Advance(Duration.FromSeconds(20));
            var renewed = await Duties.TakeAsync("trigger", "api-1", beat % 2 == 0 ? null : 1, Lease, default);
            Assert.That((renewed.Term, renewed.ExpiresAt), Is.EqualTo((1, H.Now + Lease)));
        }

        Assert.That((await Duties.TakeAsync("trigger", "api-2", term: 1, Lease, default)).Holder, Is.EqualTo("api-1"));
    }

    [Test]
    public async Task A_lease_that_ran_out_goes_to_the_next_in_a_new_term_and_the_former_holder_hears_of_it()
    {
        await Duties.TakeAsync("trigger", "api-1", null, Lease, default);
        H.Advance(Lease - Duration.FromMilliseconds(1));
        var before = await Duties.TakeAsync("trigger", "api-2", null, Lease, default);
        H.Advance(Duration.FromMilliseconds(1));

        var taken = await Duties.TakeAsync("trigger", "api-2", null, Lease, default);
        var former = await Duties.TakeAsync("trigger", "api-1", term: 1, Lease, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.Holder, Is.EqualTo("api-1"));
            Assert.That((taken.Holder, taken.Term, taken.ExpiresAt), Is.EqualTo(("api-2", 2, H.Now + Lease)));
            Assert.That((former.Holder, former.Term), Is.EqualTo(("api-2", 2)));
        }
    }

    [Test]
    public async Task A_holder_whose_lease_ran_out_and_whom_nobody_followed_goes_on_in_its_term()
    {
        await Duties.TakeAsync("trigger", "api-1", null, Lease, default);
        H.Advance(10 * Lease);

        var again = await Duties.TakeAsync("trigger", "api-1", null, Lease, default);

        Assert.That((again.Holder, again.Term, again.ExpiresAt), Is.EqualTo(("api-1", 1, H.Now + Lease)));
    }

    [Test]
    public async Task A_released_lease_is_taken_at_once_and_nobody_releases_anothers()
    {
        await Duties.TakeAsync("trigger", "api-1", null, Lease, default);

        var foreign = await Duties.ReleaseAsync("trigger", "api-2", default);
        var unknown = await Duties.ReleaseAsync("nothing", "api-1", default);
        var still = await Duties.TakeAsync("trigger", "api-2", null, Lease, default);
        var own = await Duties.ReleaseAsync("trigger", "api-1", default);
        var twice = await Duties.ReleaseAsync("trigger", "api-1", default);
        var taken = await Duties.TakeAsync("trigger", "api-2", null, Lease, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((foreign, unknown, own, twice), Is.EqualTo((false, false, true, false)));
            Assert.That(still.Holder, Is.EqualTo("api-1"));
            Assert.That((taken.Holder, taken.Term), Is.EqualTo(("api-2", 2)));
        }
    }

    [Test]
    public async Task Of_sixteen_that_ask_at_once_all_name_the_same_one()
    {
        for (var round = 1; round <= 5; round++)
        {
            var found = await Task.WhenAll(
                Enumerable
                    .Range(0, 16)
                    .Select(process =>
                        Task.Run(() => Duties.TakeAsync("trigger", $"api-{round}-{process}", null, Lease, default))
                    )
            );

            Assert.That(found.Select(lease => (lease.Holder, lease.Term)).Distinct().Count(), Is.EqualTo(1));
            Assert.That(found[0].Term, Is.EqualTo(round));
            H.Advance(Lease);
        }
    }
}
