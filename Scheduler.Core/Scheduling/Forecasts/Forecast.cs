using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Forecasts;

/// <summary>
/// What the schedules ask for in the next 24 hours, minute by minute: pure, and as costly as there are different schedules, however
/// many pipelines share one.
/// </summary>
public static class Forecast
{
    /// <summary>Fewer runs in a minute are no herd.</summary>
    public const int LeastHerd = 30;

    /// <summary>A herd is so many times the average minute.</summary>
    public const int HerdFactor = 5;

    private const int Minutes = 24 * 60;
    private const int MostHerds = 20;
    private const int MostSchedules = 5;
    private const int WidestSpread = 3600;

    /// <param name="groups">All pipelines that can run.</param>
    /// <param name="now">The forecast begins with the next full minute.</param>
    public static ForecastResponse Of(
        IReadOnlyList<ScheduleGroup> groups,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var from = FullMinute(now);
        var dues = new List<Due>();
        foreach (var group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            dues.AddRange(DuesOf(group, from));
        }
        var loads = Loads(dues, due => due.Group.SpreadSeconds);
        var mean = loads.Sum() / Minutes;
        var herds = Herds(loads, mean);
        var suggested = Suggested(dues, herds, loads, mean);
        var runs = dues.Sum(due => due.Group.Pipelines);
        return new ForecastResponse
        {
            From = from,
            Until = from + Duration.FromMinutes(Minutes),
            Pipelines = groups.Sum(group => group.Pipelines),
            Runs = runs,
            Peak = Peak(loads, from),
            PeakWithSpreads = Peak(Loads(dues, due => SpreadOf(due.Group)), from),
            Minutes =
            [
                .. Enumerable
                    .Range(0, Minutes)
                    .Where(minute => loads[minute] > 0)
                    .Select(minute => MinuteOf(minute, loads[minute], from)),
            ],
            Herds = [.. herds.Take(MostHerds).Select(minute => Herd(minute))],
        };

        int SpreadOf(ScheduleGroup group) => suggested.GetValueOrDefault(group, group.SpreadSeconds);

        ForecastHerd Herd(int minute) =>
            new()
            {
                At = from + Duration.FromMinutes(minute),
                Runs = Rounded(loads[minute]),
                Schedules =
                [
                    .. dues.Where(due => due.Minute == minute)
                        .OrderByDescending(due => due.Group.Pipelines)
                        .ThenBy(due => due.Group.Cron, StringComparer.Ordinal)
                        .ThenBy(due => due.Group.Timezone, StringComparer.Ordinal)
                        .Take(MostSchedules)
                        .Select(due => new ForecastSchedule
                        {
                            ScheduleCron = due.Group.Cron,
                            Timezone = due.Group.Timezone,
                            Pipelines = due.Group.Pipelines,
                            SpreadSeconds = due.Group.SpreadSeconds,
                            SuggestedSpreadSeconds = SpreadOf(due.Group),
                        }),
                ],
            };
    }

    private static Instant FullMinute(Instant now)
    {
        var begun = Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 60 * 60);
        return begun == now ? now : begun + Duration.FromMinutes(1);
    }

    /// <summary>What cannot be resolved any more is never due; the trigger sets it aside.</summary>
    private static IEnumerable<Due> DuesOf(ScheduleGroup group, Instant from)
    {
        if (Schedule.Create(group.Cron, group.Timezone, group.DstPolicy) is not ScheduleResult.Valid(var schedule))
        {
            yield break;
        }
        var until = from + Duration.FromMinutes(Minutes);
        var at = OccurrenceCalculator.Next(schedule, from - Duration.Epsilon);
        while (at is { } time && time < until)
        {
            var next = OccurrenceCalculator.Next(schedule, time);
            var gap = next is { } following ? following - time : Duration.FromDays(1);
            yield return new Due(group, (int)(time - from).TotalMinutes, (time - from).TotalSeconds, gap.TotalSeconds);
            at = next;
        }
    }

    private static double[] Loads(List<Due> dues, Func<Due, int> spreadOf)
    {
        var loads = new double[Minutes];
        foreach (var due in dues)
        {
            var spread = spreadOf(due);
            if (spread == 0)
            {
                loads[due.Minute] += due.Group.Pipelines;
                continue;
            }
            var end = due.Second + spread;
            for (var minute = due.Minute; minute < Minutes && minute * 60 < end; minute++)
            {
                var share = Math.Min(end, (minute + 1) * 60.0) - Math.Max(due.Second, minute * 60.0);
                loads[minute] += due.Group.Pipelines * share / spread;
            }
        }
        return loads;
    }

    private static List<int> Herds(double[] loads, double mean) =>
        [
            .. Enumerable
                .Range(0, Minutes)
                .Where(minute => loads[minute] >= LeastHerd && loads[minute] >= HerdFactor * mean)
                .OrderByDescending(minute => loads[minute])
                .ThenBy(minute => minute),
        ];

    /// <summary>
    /// A spread under which a herd would stand at twice the average of the day; at most an hour, and at most half of the time to the
    /// schedule's next occurrence. Of several herds the widest; never less than there is.
    /// </summary>
    private static Dictionary<ScheduleGroup, int> Suggested(
        List<Due> dues,
        List<int> herds,
        double[] loads,
        double mean
    )
    {
        var crowded = herds.ToHashSet();
        var suggested = new Dictionary<ScheduleGroup, int>();
        foreach (var due in dues.Where(due => crowded.Contains(due.Minute)))
        {
            var wanted = (int)Math.Ceiling(loads[due.Minute] / (2 * mean)) * 60;
            var room = (int)Math.Min(WidestSpread, due.GapSeconds / 2);
            var spread = Math.Max(due.Group.SpreadSeconds, Math.Min(wanted, room / 60 * 60));
            suggested[due.Group] = Math.Max(suggested.GetValueOrDefault(due.Group), spread);
        }
        return suggested;
    }

    private static ForecastMinute Peak(double[] loads, Instant from)
    {
        var minute = Array.IndexOf(loads, loads.Max());
        return MinuteOf(minute, loads[minute], from);
    }

    private static ForecastMinute MinuteOf(int minute, double load, Instant from) =>
        new(from + Duration.FromMinutes(minute), Rounded(load));

    private static double Rounded(double load) => Math.Round(load, 2);

    /// <param name="Minute">In which minute of the forecast.</param>
    /// <param name="Second">At which second of it.</param>
    /// <param name="GapSeconds">Until the schedule's next occurrence.</param>
    private sealed record Due(ScheduleGroup Group, int Minute, double Second, double GapSeconds);
}
