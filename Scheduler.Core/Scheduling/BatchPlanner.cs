using NodaTime;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Scheduling;

/// <summary>Plans a page of due pipelines into rows to write. No I/O; a pipeline that cannot be planned never stops the others.</summary>
public sealed class BatchPlanner(IIdSource ids, TriggerOptions options)
{
    private readonly Dictionary<string, UsageDay> days = [];

    /// <summary>
    /// Plans pipelines at the one instant <paramref name="now"/>, in their order, until they make <paramref name="mostRuns"/> runs or
    /// more: one that catches up makes many, and always all of its own. The batch has a row for each pipeline that was planned.
    /// </summary>
    public PlannedBatch Plan(IEnumerable<DuePipeline> due, Instant now, int mostRuns)
    {
        days.Clear();
        var batch = new PlannedBatch();
        foreach (var pipeline in due)
        {
            if (batch.Runs.Count >= mostRuns)
            {
                break;
            }
            switch (Decide(pipeline, now))
            {
                case SchedulePlan.SetAside(var reason):
                    batch.SetAside.Add((pipeline, reason));
                    batch.Pipelines.Add(Move(pipeline, null, now) with { DeactivateReason = reason });
                    break;
                case SchedulePlan.PassOver(var next):
                    batch.PassedOver++;
                    batch.Pipelines.Add(Move(pipeline, next, now));
                    break;
                case SchedulePlan.Fire fire:
                    Fire(batch, pipeline, fire, now);
                    break;
            }
        }
        return batch;
    }

    private SchedulePlan Decide(DuePipeline pipeline, Instant now)
    {
        if (!pipeline.ParametersValid)
        {
            return new SchedulePlan.SetAside("parameters: are no JSON; configure the pipeline anew.");
        }
        try
        {
            return DuePlanner.Plan(pipeline.Schedule, now, options.MisfireGrace);
        }
#pragma warning disable CA1031 // One unforeseen schedule must not keep every other customer's pipelines from running.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new SchedulePlan.SetAside(
                $"Planning failed ({exception.GetType().Name}); configure the schedule anew."
            );
        }
    }

    private void Fire(PlannedBatch batch, DuePipeline pipeline, SchedulePlan.Fire fire, Instant now)
    {
        foreach (var occurrence in fire.Occurrences)
        {
            batch.Runs.Add(Run(pipeline, occurrence, now));
        }
        batch.Pipelines.Add(
            Move(pipeline, fire.NextRunTime, now) with
            {
                ChainEnd = fire.Occurrences[^1].IntervalEnd,
                DeactivateReason = fire.NextRunTime is null ? "The schedule has no further occurrence." : null,
            }
        );
    }

    private PlannedRun Run(DuePipeline pipeline, PlannedOccurrence occurrence, Instant now)
    {
        var configId = pipeline.Schedule.ConfigId;
        if (!days.TryGetValue(pipeline.CustomerId, out var day))
        {
            day = UsageDay.Of(pipeline.CustomerId, pipeline.CustomerTimezone, now);
            days.Add(pipeline.CustomerId, day);
        }
        return new PlannedRun
        {
            ConfigId = configId,
            RunId = ids.NewId(now),
            QueueId = ids.NewId(now),
            ScheduledTime = occurrence.ScheduledTime,
            IntervalStart = occurrence.IntervalStart,
            IntervalEnd = occurrence.IntervalEnd,
            VisibleAt = occurrence.ScheduledTime + Spread.Delay(configId, pipeline.SpreadSeconds),
            IdempotencyKey = IdempotencyKey.Compute(configId, Lane.Schedule, occurrence.ScheduledTime, 0),
            UsageId = day.UsageId,
            UsageDate = day.Date,
            Misfire = occurrence.Skip,
            Note = occurrence.Note,
            Parameters = pipeline.Parameters,
        };
    }

    private static PlannedPipeline Move(DuePipeline pipeline, Instant? next, Instant now) =>
        new()
        {
            ConfigId = pipeline.Schedule.ConfigId,
            Expected = pipeline.Expected,
            Cron = pipeline.Schedule.Cron,
            Timezone = pipeline.Schedule.Timezone,
            DstPolicy = pipeline.Schedule.DstPolicy,
            CustomerTimezone = pipeline.CustomerTimezone,
            IsLive = pipeline.Schedule.CustomerRunnable && !(pipeline.Schedule.PausedUntil > now),
            NextRunTime = next,
        };
}
