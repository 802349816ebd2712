using NodaTime;
using NodaTime.Text;
using NUnit.Framework;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

/// <summary>Schedules and instants as the tests write them.</summary>
internal static class Given
{
    public static CronExpression Cron(string text) =>
        CronExpression.Parse(text) switch
        {
            CronParseResult.Parsed parsed => parsed.Expression,
            var refused => throw new AssertionException($"'{text}': {refused}"),
        };

    public static Schedule Schedule(string cron, string zone = "UTC", DstPolicy policy = DstPolicy.Default) =>
        Core.Time.Schedule.Create(cron, zone, policy) switch
        {
            ScheduleResult.Valid valid => valid.Schedule,
            var invalid => throw new AssertionException($"'{cron}' in {zone}: {invalid}"),
        };

    /// <summary>An instant written with its offset; the seconds may be left out.</summary>
    public static Instant Time(string text) =>
        OffsetDateTimePattern
            .GeneralIso.Parse(text.Length is 17 or 22 ? text.Insert(16, ":00") : text)
            .Value.ToInstant();

    public static Instant[] Times(string list) => [.. list.Split(';').Select(text => Time(text.Trim()))];

    /// <summary>The first occurrences after an instant, by <see cref="OccurrenceCalculator.Next"/>.</summary>
    public static List<Instant> Walk(Schedule schedule, Instant from, int count)
    {
        var found = new List<Instant>();
        var next = OccurrenceCalculator.Next(schedule, from);
        while (next is { } time && found.Count < count)
        {
            found.Add(time);
            next = OccurrenceCalculator.Next(schedule, time);
        }
        return found;
    }
}
