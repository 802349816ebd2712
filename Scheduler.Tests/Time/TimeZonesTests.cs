using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

public sealed class TimeZonesTests
{
    [Test]
    public void Every_id_of_the_database_is_found() =>
        Assert.That(
            DateTimeZoneProviders.Tzdb.Ids,
            Has.All.Matches<string>(id => TimeZones.Find(id) is TimeZoneResult.Found found && found.Zone.Id == id)
        );

    [TestCase("america/new_york", "'America/New_York'")]
    [TestCase("utc", "'UTC'")]
    [TestCase(" Europe/Berlin ", "'Europe/Berlin'")]
    [TestCase("Mars/Phobos", "IANA")]
    [TestCase("GMT+5", "IANA")]
    [TestCase("UTC+05:30", "IANA")]
    [TestCase("+02:00", "IANA")]
    [TestCase("Eastern Standard Time", "IANA")]
    [TestCase("../etc/passwd", "IANA")]
    [TestCase("", "required")]
    [TestCase(null, "required")]
    public void Anything_else_is_refused_with_a_hint(string? id, string hint)
    {
        var result = TimeZones.Find(id);

        Assert.That(result, Is.TypeOf<TimeZoneResult.Unknown>());
        Assert.That(((TimeZoneResult.Unknown)result).Message, Does.Contain(hint));
    }

    [Test]
    public void A_long_id_is_cut_in_the_message() =>
        Assert.That(
            ((TimeZoneResult.Unknown)TimeZones.Find(new string('x', 100_000))).Message,
            Has.Length.LessThan(200)
        );
}
