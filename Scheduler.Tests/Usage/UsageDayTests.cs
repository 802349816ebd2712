using NodaTime.Text;
using NUnit.Framework;
using Scheduler.Core.Usage;

namespace Scheduler.Tests.Usage;

[TestFixture]
internal sealed class UsageDayTests
{
    [TestCase("UTC", "2026-03-02T23:59:59.999999Z", "acme_20260302")]
    [TestCase("UTC", "2026-03-03T00:00:00Z", "acme_20260303")]
    [TestCase(
        "America/New_York",
        "2026-03-08T04:59:59Z",
        "acme_20260307",
        Description = "the night before the spring change"
    )]
    [TestCase(
        "America/New_York",
        "2026-03-09T04:00:00Z",
        "acme_20260309",
        Description = "the night after it, an hour earlier"
    )]
    [TestCase("Pacific/Apia", "2011-12-30T09:59:59Z", "acme_20111229", Description = "30 December did not exist there")]
    [TestCase("Pacific/Apia", "2011-12-30T10:00:00Z", "acme_20111231")]
    [TestCase(
        "Asia/Kolkata",
        "2026-02-28T18:30:00Z",
        "acme_20260301",
        Description = "the month turns over with the day"
    )]
    [TestCase(
        "Atlantis/Capital",
        "2026-03-02T10:00:00Z",
        "acme_20260302",
        Description = "an unknown zone counts in UTC"
    )]
    public void The_day_is_the_customers_own(string zone, string now, string expected)
    {
        var day = UsageDay.Of("acme", zone, InstantPattern.ExtendedIso.Parse(now).Value);

        Assert.That(day.UsageId, Is.EqualTo(expected));
        Assert.That($"acme_{day.Date.ToString("yyyyMMdd", null)}", Is.EqualTo(expected));
    }
}
