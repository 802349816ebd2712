using CsCheck;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Usage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Usage;

[TestFixture]
internal sealed class UsageDayPropertyTests
{
    private static readonly string[] Zones = [.. DateTimeZoneProviders.Tzdb.Ids];

    private static readonly Gen<Instant> Time = Gen.Long[
            Instant.FromUtc(2000, 1, 1, 0, 0).ToUnixTimeSeconds(),
            Instant.FromUtc(2100, 1, 1, 0, 0).ToUnixTimeSeconds()
        ]
        .Select(Instant.FromUnixTimeSeconds);

    [Test]
    public void Every_instant_is_in_its_day_and_the_next_day_begins_where_it_ends() =>
        Gen.Select(Time, Gen.OneOf(Zones))
            .Sample(
                (now, id) =>
                {
                    var zone = DateTimeZoneProviders.Tzdb[id];
                    var date = UsageDay.Of("acme", id, now).Date;
                    var (begin, end) = (Midnights(zone, date).First, Midnights(zone, date.PlusDays(1)).Last);

                    Assert.That(now, Is.GreaterThanOrEqualTo(begin).And.LessThan(end));
                    Assert.That(UsageDay.Of("acme", id, begin).Date, Is.EqualTo(date));
                    Assert.That(UsageDay.Of("acme", id, end).Date, Is.GreaterThan(date));
                    Assert.That(UsageDay.Of("acme", id, begin - Duration.Epsilon).Date, Is.LessThan(date));
                },
                iter: Cases.Of(3_000)
            );

    [Test]
    public void Two_days_or_two_customers_never_share_an_id() =>
        Gen.Select(Time, Time, Gen.OneOf("acme", "acme_1", "acme_20260101"), Gen.OneOf("acme", "acme_2"))
            .Sample(
                (now, then, one, other) =>
                {
                    var (a, b) = (UsageDay.Of(one, "UTC", now), UsageDay.Of(other, "UTC", then));
                    return (a.UsageId == b.UsageId) == (one == other && a.Date == b.Date);
                },
                iter: Cases.Of(2_000)
            );

    [Test]
    public void A_month_is_read_as_it_is_written_and_nothing_else_is() =>
        Gen.OneOf(
                Gen.Select(Gen.Int[1990, 2210], Gen.Int[0, 14], (year, month) => $"{year:0000}-{month:00}"),
                Gen.Char["0123456789-/ \u0661"].Array[0, 9].Select(chosen => new string(chosen)),
                Gen.String
            )
            .Sample(
                text =>
                {
                    var isRead = UsageMonth.TryParse(text, out var month);
                    Assert.That(isRead, Is.EqualTo(IsMonth(text)));
                    if (isRead)
                    {
                        Assert.That(month.ToString(), Is.EqualTo(text));
                        Assert.That(UsageMonth.Of(month.Last), Is.EqualTo(month));
                        Assert.That(UsageMonth.Of(month.Last.PlusDays(1)).Previous, Is.EqualTo(month));
                    }
                },
                iter: Cases.Of(5_000)
            );

    /// <summary>Midnight comes twice where clocks go back over it; a day that a zone left out begins with the next one.</summary>
    private static (Instant First, Instant Last) Midnights(DateTimeZone zone, LocalDate date)
    {
        var mapping = zone.MapLocal(date.AtMidnight());
        return mapping.Count == 0
            ? (mapping.LateInterval.Start, mapping.LateInterval.Start)
            : (mapping.First().ToInstant(), mapping.Last().ToInstant());
    }

    private static bool IsMonth(string text) =>
        text.Length == 7
        && text[4] == '-'
        && text.Where((_, at) => at != 4).All(char.IsAsciiDigit)
        && string.CompareOrdinal(text[..4], "2000") >= 0
        && string.CompareOrdinal(text[..4], "2200") <= 0
        && string.CompareOrdinal(text[5..], "01") >= 0
        && string.CompareOrdinal(text[5..], "12") <= 0;
}
