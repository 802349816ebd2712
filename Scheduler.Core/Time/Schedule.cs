using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>When a pipeline runs: an expression, the zone whose wall clock it names, and what it does when that clock jumps.</summary>
public sealed record Schedule
{
    private static readonly CronCache Expressions = new(generationSize: 4096);

    private Schedule(CronExpression cron, DateTimeZone zone, DstPolicy policy) =>
        (Cron, Zone, DstPolicy) = (cron, zone, policy);

    public CronExpression Cron { get; }

    public DateTimeZone Zone { get; }

    public DstPolicy DstPolicy { get; }

    /// <summary>Wall times that a gap swallows become one run at the first instant after it.</summary>
    internal bool RunsAfterGap => DstPolicy != DstPolicy.Skip && !Cron.HourStartsWithStar;

    internal bool RunsInFirstPass => DstPolicy != DstPolicy.Last;

    internal bool RunsInSecondPass =>
        DstPolicy switch
        {
            DstPolicy.Both or DstPolicy.Last => true,
            DstPolicy.Default => Cron.MinuteStartsWithStar || Cron.HourStartsWithStar,
            _ => false,
        };

    /// <summary>Checks the texts of a config. Never throws, and cheap for an expression seen before.</summary>
    public static ScheduleResult Create(string? cron, string? timezone, DstPolicy policy)
    {
        var expression = Expressions.Parse(cron);
        if (expression is CronParseResult.Refused refused)
        {
            return new ScheduleResult.Invalid(refused.Part, refused.Message);
        }
        return TimeZones.Find(timezone) switch
        {
            TimeZoneResult.Found found => new ScheduleResult.Valid(
                new Schedule(((CronParseResult.Parsed)expression).Expression, found.Zone, policy)
            ),
            TimeZoneResult.Unknown unknown => new ScheduleResult.Invalid("timezone", unknown.Message),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
