using System.Globalization;
using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

/// <summary>
/// The meaning of a schedule, written a second time and as plainly as possible: look at every wall minute, ask the
/// expression's text whether it matches, and ask the zone how often that minute exists. Shares nothing with the product.
/// </summary>
internal sealed class MinuteWalk
{
    private static readonly string[] MonthNames = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".Split(' ');
    private static readonly string[] WeekdayNames = "SUN MON TUE WED THU FRI SAT".Split(' ');

    private readonly string[] _fields;
    private readonly DateTimeZone _zone;
    private readonly DstPolicy _policy;
    private readonly bool[] _minutes;
    private readonly bool[] _hours;

    public MinuteWalk(string cron, DateTimeZone zone, DstPolicy policy)
    {
        _fields = cron.Split(' ');
        _zone = zone;
        _policy = policy;
        _minutes = [.. Enumerable.Range(0, 60).Select(minute => Matches(_fields[0], minute, 59, []))];
        _hours = [.. Enumerable.Range(0, 24).Select(hour => Matches(_fields[1], hour, 23, []))];
    }

    /// <summary>Every occurrence after one instant and up to another.</summary>
    public List<Instant> Between(Instant from, Instant to)
    {
        var found = new SortedSet<Instant>();
        // A gap can swallow a whole day (Apia), so wall times of the days around may fire in the window, too.
        var first = from.InUtc().Date.PlusDays(-3);
        var last = to.InUtc().Date.PlusDays(3);
        for (var date = first; date <= last; date = date.PlusDays(1))
        {
            if (DayMatches(date))
            {
                AddDay(date, found);
            }
        }
        return [.. found.Where(instant => instant > from && instant <= to)];
    }

    private void AddDay(LocalDate date, SortedSet<Instant> found)
    {
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            if (_hours[minute / 60] && _minutes[minute % 60])
            {
                found.UnionWith(InstantsOf(date.At(new LocalTime(minute / 60, minute % 60))));
            }
        }
    }

    private Instant[] InstantsOf(LocalDateTime wallTime)
    {
        var mapping = _zone.MapLocal(wallTime);
        var everyHour = _fields[1].StartsWith('*');
        var everyMinute = _fields[0].StartsWith('*');
        return (mapping.Count, _policy) switch
        {
            (0, DstPolicy.Skip) => [],
            (0, _) => everyHour ? [] : [mapping.LateInterval.Start],
            (1, _) => [mapping.Single().ToInstant()],
            (_, DstPolicy.First or DstPolicy.Skip) => [mapping.First().ToInstant()],
            (_, DstPolicy.Last) => [mapping.Last().ToInstant()],
            (_, DstPolicy.Default) when !everyHour && !everyMinute => [mapping.First().ToInstant()],
            _ => [mapping.First().ToInstant(), mapping.Last().ToInstant()],
        };
    }

    private bool DayMatches(LocalDate date)
    {
        if (!Matches(_fields[3], date.Month, 12, MonthNames))
        {
            return false;
        }
        var day = Matches(_fields[2], date.Day, 31, []);
        var weekday = (int)date.DayOfWeek % 7;
        var dayOfWeek =
            Matches(_fields[4], weekday, 6, WeekdayNames)
            || (weekday == 0 && Matches(_fields[4], 7, 7, WeekdayNames, stars: false));
        return (_fields[2] is "*" or "?", _fields[4] is "*" or "?") switch
        {
            (true, true) => true,
            (false, true) => day,
            (true, false) => dayOfWeek,
            (false, false) => day || dayOfWeek,
        };
    }

    private static bool Matches(string field, int value, int end, string[] names, bool stars = true) =>
        field.Split(',').Any(item => ItemMatches(item, value, end, names, stars));

    private static bool ItemMatches(string item, int value, int end, string[] names, bool stars)
    {
        if (item is "*" or "?")
        {
            return stars;
        }
        var parts = item.Split('/');
        var step = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1;
        if (parts[0] == "*")
        {
            return stars && (value - (end is 31 or 12 ? 1 : 0)) % step == 0;
        }
        var ends = parts[0].Split('-');
        var first = Number(ends[0], names);
        // A step from a weekday runs to Saturday; the Sunday written 7 is reached by a range only.
        var last =
            ends.Length == 2 ? Number(ends[1], names)
            : parts.Length == 2 && stars ? end
            : first;
        return value >= first && value <= last && (value - first) % step == 0;
    }

    private static int Number(string text, string[] names)
    {
        var index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? int.Parse(text, CultureInfo.InvariantCulture) : index + (names.Length == 12 ? 1 : 0);
    }
}
