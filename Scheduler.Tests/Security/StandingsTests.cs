using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Security;

/// <summary>What a key and its customer may do at an instant.</summary>
[TestFixture]
public sealed class StandingsTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    [TestCase(true, null, null, KeyStanding.Active, TestName = "A key of the customer itself that does not expire")]
    [TestCase(true, "ACTIVE", 1L, KeyStanding.Active, TestName = "A member's key until it expires")]
    [TestCase(true, null, 0L, KeyStanding.Expired, TestName = "A key at the very instant at which it expires")]
    [TestCase(true, null, -1L, KeyStanding.Expired, TestName = "A key that has expired")]
    [TestCase(false, null, null, KeyStanding.Revoked, TestName = "A key that was ended")]
    [TestCase(false, "ACTIVE", 1L, KeyStanding.Revoked, TestName = "A member's key that was ended")]
    [TestCase(true, "SUSPENDED", 1L, KeyStanding.Revoked, TestName = "A key whose member is no active one")]
    [TestCase(true, "REMOVED", -1L, KeyStanding.Revoked, TestName = "A key that has expired and whose member has gone")]
    public void Of_a_key(bool isActive, string? member, long? expiresIn, KeyStanding standing) =>
        Assert.That(Standings.OfKey(isActive, member, At(expiresIn), Now), Is.EqualTo(standing));

    [TestCase(CustomerStatus.Active, "ACTIVE", 1, AccountStanding.Good)]
    [TestCase(CustomerStatus.Trial, "TRIAL", 1, AccountStanding.Good)]
    [TestCase(CustomerStatus.Active, "ACTIVE", 0, AccountStanding.SubscriptionEnded)]
    [TestCase(CustomerStatus.Active, "EXPIRED", -1, AccountStanding.SubscriptionEnded)]
    [TestCase(CustomerStatus.Active, null, -1, AccountStanding.SubscriptionEnded)]
    [TestCase(CustomerStatus.Trial, "ACTIVE", 0, AccountStanding.TrialEnded)]
    [TestCase(CustomerStatus.Active, "TRIAL", -1, AccountStanding.TrialEnded)]
    [TestCase(CustomerStatus.Suspended, "ACTIVE", 1, AccountStanding.Suspended)]
    [TestCase(CustomerStatus.Cancelled, "ACTIVE", 1, AccountStanding.Suspended)]
    [TestCase(CustomerStatus.Active, "SUSPENDED", 1, AccountStanding.Suspended)]
    [TestCase(CustomerStatus.Trial, "SUSPENDED", -1, AccountStanding.Suspended)]
    public void Of_a_customer(
        CustomerStatus status,
        string? subscription,
        long runnableFor,
        AccountStanding standing
    ) => Assert.That(Standings.OfCustomer(status, subscription, At(runnableFor)!.Value, Now), Is.EqualTo(standing));

    private static Instant? At(long? microseconds) =>
        microseconds is { } some ? Now + Duration.FromNanoseconds(some * 1_000) : null;
}
