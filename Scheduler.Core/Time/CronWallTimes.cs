using NCrontab;
using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>
/// The wall times an expression names, on a calendar without zones: forwards with NCrontab, backwards over the field
/// sets. The one place that knows NCrontab, which is handed plain lists of checked numbers only.
/// </summary>
internal sealed class CronWallTimes
{
    private readonly CronFieldValues _minutes;
    private readonly CronFieldValues _hours;
    private readonly CronFieldValues _days;
    private readonly CronFieldValues _months;
    private readonly CronFieldValues _weekdays;
    private readonly CrontabSchedule? _byDay;
    private readonly CrontabSchedule? _byWeekday;

    public CronWallTimes(
        CronFieldValues minutes,
        CronFieldValues hours,
        CronFieldValues days,
        CronFieldValues months,
        CronFieldValues weekdays
    )
    {
        (_minutes, _hours, _days, _months, _weekdays) = (minutes, hours, days, months, weekdays);
        // Either day field is enough when both are restricted, but NCrontab demands both: so one schedule for each.
        var times = $"{minutes.PlainList()} {hours.PlainList()}";
        if (!days.IsAny || weekdays.IsAny)
        {
            _byDay = CrontabSchedule.Parse($"{times} {days.PlainList()} {months.PlainList()} *");
        }
        if (!weekdays.IsAny)
        {
            _byWeekday = CrontabSchedule.Parse($"{times} * {months.PlainList()} {weekdays.PlainList()}");
        }
    }

    /// <summary>The first wall time from a whole minute on and before <paramref name="limit"/>.</summary>
    public LocalDateTime? AtOrAfter(LocalDateTime minute, LocalDateTime limit)
    {
        var after = minute.PlusMinutes(-1).ToDateTimeUnspecified();
        var end = limit.ToDateTimeUnspecified();
        // NCrontab answers the end itself when it finds nothing before it.
        var found = _byDay?.GetNextOccurrence(after, end) ?? end;
        var other = _byWeekday?.GetNextOccurrence(after, end) ?? end;
        var first = found < other ? found : other;
        return first < end ? LocalDateTime.FromDateTime(first) : null;
    }

    /// <summary>The last wall time up to a whole minute and not before <paramref name="notBefore"/>.</summary>
    public LocalDateTime? AtOrBefore(LocalDateTime minute, LocalDateTime notBefore)
    {
        var (year, month) = (minute.Year, minute.Month);
        var last = LastIn(year, month, minute.Day, minute.Hour, minute.Minute);
        while (last is null && (year, month).CompareTo((notBefore.Year, notBefore.Month)) > 0)
        {
            (year, month) = month == 1 ? (year - 1, 12) : (year, month - 1);
            last = LastIn(year, month, 31, 23, 59);
        }
        return last >= notBefore ? last : null;
    }

    /// <summary>The last wall time of a month up to a day, hour and minute.</summary>
    private LocalDateTime? LastIn(int year, int month, int day, int hour, int minute)
    {
        if ((_months.Bits >> month & 1) == 0)
        {
            return null;
        }
        var days = DaysOf(year, month);
        if ((days >> day & 1) == 1 && LastTimeUpTo(hour, minute) is var (lastHour, lastMinute))
        {
            return new LocalDateTime(year, month, day, lastHour, lastMinute);
        }
        var earlier = CronFieldValues.HighestBit(days & CronFieldValues.UpTo(day - 1));
        return earlier < 0 ? null : new LocalDateTime(year, month, earlier, _hours.LastUpTo(23), _minutes.LastUpTo(59));
    }

    private (int Hour, int Minute)? LastTimeUpTo(int hour, int minute)
    {
        if ((_hours.Bits >> hour & 1) == 1 && _minutes.LastUpTo(minute) is >= 0 and var sameHour)
        {
            return (hour, sameHour);
        }
        var earlier = _hours.LastUpTo(hour - 1);
        return earlier < 0 ? null : (earlier, _minutes.LastUpTo(59));
    }

    /// <summary>The days of a month that count, as bits 1 to 31.</summary>
    private ulong DaysOf(int year, int month)
    {
        var all = CronFieldValues.UpTo(CalendarSystem.Iso.GetDaysInMonth(year, month)) & ~1UL;
        if (_days.IsAny && _weekdays.IsAny)
        {
            return all;
        }
        var days = _days.IsAny ? 0 : _days.Bits;
        if (!_weekdays.IsAny)
        {
            // The week's seven bits six times over; shifted so that bit 1 is the weekday of the 1st.
            const ulong SixWeeks = 1 | 1UL << 7 | 1UL << 14 | 1UL << 21 | 1UL << 28 | 1UL << 35;
            var firstWeekday = (int)new LocalDate(year, month, 1).DayOfWeek % 7;
            days |= _weekdays.Bits * SixWeeks >> firstWeekday << 1;
        }
        return days & all;
    }
}
