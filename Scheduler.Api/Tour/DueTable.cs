using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Api.Tour;

/// <summary>Pipelines as a table: schedule, and since when each is due or when it will be.</summary>
internal static class DueTable
{
    private const int MostCounted = 99;
    private static readonly ZonedDateTimePattern Local = ZonedDateTimePattern.CreateWithInvariantCulture(
        "ddd d MMM HH:mm",
        null
    );

    /// <param name="pipelines">As they stood before the trigger: the next time of a due one is past.</param>
    public static IEnumerable<string> Render(IEnumerable<PipelineConfig> pipelines, Instant now)
    {
        var rows = new List<string[]> { Row("customer", "pipeline", "schedule", "time zone", "due") };
        rows.AddRange(
            pipelines.Select(pipeline =>
                Row(
                    TourCast.CompanyOf(pipeline.CustomerId),
                    pipeline.PipelineName,
                    pipeline.ScheduleCron,
                    pipeline.Timezone,
                    Due(pipeline, now)
                )
            )
        );
        return TextTable.Render(rows);
    }

    private static string Due(PipelineConfig pipeline, Instant now)
    {
        if (
            pipeline.NextRunTime is not { } next
            || Schedule.Create(pipeline.ScheduleCron, pipeline.Timezone, pipeline.DstPolicy)
                is not ScheduleResult.Valid { Schedule: var schedule }
        )
        {
            return "never";
        }
        var time = Local.Format(next.InZone(schedule.Zone));
        if (next > now)
        {
            return $"not before {time}";
        }
        var count = Count(schedule, next, now);
        return count == 1 ? $"since {time}" : $"since {time}, {count} times";
    }

    private static int Count(Schedule schedule, Instant first, Instant now)
    {
        var count = 1;
        for (
            var at = OccurrenceCalculator.Next(schedule, first);
            at <= now && count < MostCounted;
            at = OccurrenceCalculator.Next(schedule, at.Value)
        )
        {
            count++;
        }
        return count;
    }

    private static string[] Row(params string[] cells) => cells;
}
