using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Dashboard;

/// <summary>Figures, times and durations as pages write them.</summary>
public static class Shown
{
    private static readonly InstantPattern SameYear = InstantPattern.CreateWithInvariantCulture("d MMM HH:mm:ss");
    private static readonly InstantPattern SameYearMinutes = InstantPattern.CreateWithInvariantCulture("d MMM HH:mm");
    private static readonly InstantPattern Full = InstantPattern.CreateWithInvariantCulture("d MMM uuuu HH:mm:ss");
    private static readonly InstantPattern FullMinutes = InstantPattern.CreateWithInvariantCulture("d MMM uuuu HH:mm");
    private static readonly ZonedDateTimePattern Local = ZonedDateTimePattern.CreateWithInvariantCulture(
        "ddd d MMM HH:mm o<+HH:mm>",
        DateTimeZoneProviders.Tzdb
    );
    private static readonly LocalDatePattern DayPattern = LocalDatePattern.CreateWithInvariantCulture("ddd d MMM");

    /// <summary>With a narrow space between thousands: 12 345.</summary>
    public static string Number(long value) =>
        value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary>For attributes of drawings, which know no other form.</summary>
    public static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Money(decimal value) =>
        value.ToString("#,0.00", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    public static string Percent(double share) => $"{(share * 100).ToString("0.#", CultureInfo.InvariantCulture)} %";

    /// <summary>UTC; seconds where they are not zero, the year where it is not this one.</summary>
    public static string Time(Instant at, Instant now)
    {
        var isThisYear = at.InUtc().Year == now.InUtc().Year;
        var hasSeconds = at.InUtc().Second != 0;
        var pattern = (isThisYear, hasSeconds) switch
        {
            (true, true) => SameYear,
            (true, false) => SameYearMinutes,
            (false, true) => Full,
            _ => FullMinutes,
        };
        return pattern.Format(at);
    }

    /// <summary>For <c>datetime</c> attributes: RFC 3339 in whole seconds.</summary>
    public static string Machine(Instant at) => InstantPattern.General.Format(at);

    /// <summary>With the offset in force: Mon 2 Mar 07:00 +01:00. UTC where the zone is unknown.</summary>
    public static string InZone(Instant at, string timezone) => Local.Format(at.InZone(ZoneOf(timezone)));

    public static string Day(LocalDate day) => DayPattern.Format(day);

    /// <summary>How long ago, or in how long.</summary>
    public static string Age(Instant at, Instant now)
    {
        var passed = now - at;
        return passed < Duration.FromSeconds(1) && passed > Duration.FromSeconds(-1) ? "now"
            : passed > Duration.Zero ? $"{Length(passed)} ago"
            : $"in {Length(-passed)}";
    }

    /// <summary>The end of a pause, which may be none.</summary>
    public static string Until(Instant at, Instant now) =>
        at >= PipelinePausing.Endless ? "until it is resumed" : $"until {Time(at, now)} UTC";

    /// <summary>In the two largest units at most: 2 d 3 h, 5 min 2 s, 0.4 s.</summary>
    public static string Length(Duration length)
    {
        var seconds = length.TotalSeconds;
        return seconds switch
        {
            < 10 => $"{seconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
            < 60 => $"{(long)seconds} s",
            < 3_600 => Two((long)seconds, 60, "min", "s"),
            < 86_400 => Two((long)seconds / 60, 60, "h", "min"),
            _ => Two((long)seconds / 3_600, 24, "d", "h"),
        };
    }

    public static string Seconds(double? seconds) => seconds is { } known ? Length(Duration.FromSeconds(known)) : "–";

    /// <summary>The zone of a text that was checked when it was stored; UTC should its data be gone.</summary>
    public static DateTimeZone ZoneOf(string timezone) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(timezone) ?? DateTimeZone.Utc;

    private static string Two(long value, long factor, string large, string small) =>
        value % factor == 0 ? $"{value / factor} {large}" : $"{value / factor} {large} {value % factor} {small}";
}
