using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Api.RateLimits;
using Scheduler.Core.Contracts;
using Scheduler.Core.Time;

namespace Scheduler.Api.Endpoints;

/// <summary>What can be asked of schedules without a pipeline.</summary>
internal static class ScheduleEndpoints
{
    private const int MostOccurrences = 200;

    public static void MapSchedules(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/v1/scheduler/schedules").WithTags("Schedules").Open().LimitOpenCalls();

        group
            .MapGet("/preview", Preview)
            .WithName("PreviewSchedule")
            .WithSummary("The next times at which a schedule would fire.")
            .Refuses(ErrorCode.InvalidQuery, ErrorCode.InvalidCron, ErrorCode.InvalidTimezone);
    }

    private static Results<Ok<PreviewResponse>, SchedulerProblem> Preview(
        IClock clock,
        [FromQuery] string? cron,
        [FromQuery] string? timezone,
        [FromQuery] string? from,
        [FromQuery] int? count,
        [FromQuery(Name = "dst_policy")] string? dstPolicy
    )
    {
        if (count is < 1 or > MostOccurrences)
        {
            return Wrong($"count must be from 1 to {MostOccurrences}.");
        }
        if (!Wire.TryParse<DstPolicy>(dstPolicy ?? Wire.Name(DstPolicy.Default), out var policy))
        {
            return Wrong($"dst_policy must be one of {string.Join(", ", Wire.Words<DstPolicy>())}.");
        }
        var start = clock.GetCurrentInstant();
        if (from is not null && !QueryTime.TryRead(from, out start))
        {
            return Wrong($"from {QueryTime.Rule}");
        }
        return Schedule.Create(cron, timezone ?? "UTC", policy) switch
        {
            ScheduleResult.Valid valid => Answer(valid.Schedule, start, count ?? 10),
            ScheduleResult.Invalid wrong => ScheduleProblem.Of(wrong.Part, wrong.Message),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Results<Ok<PreviewResponse>, SchedulerProblem> Answer(Schedule schedule, Instant from, int count)
    {
        var occurrences = OccurrenceCalculator.Preview(schedule, from, count);
        if (occurrences.Count == 0)
        {
            return SchedulerProblem.Create(ErrorCode.InvalidCron, $"cron: {CronExpression.NeverFires}");
        }
        return TypedResults.Ok(
            new PreviewResponse
            {
                Cron = schedule.Cron.Original,
                Timezone = schedule.Zone.Id,
                DstPolicy = schedule.DstPolicy,
                From = from,
                Occurrences =
                [
                    .. occurrences.Select(occurrence => new PreviewOccurrence
                    {
                        ScheduledTime = occurrence.ScheduledTime,
                        LocalTime = occurrence.LocalTime,
                        Dst = occurrence.Dst,
                    }),
                ],
            }
        );
    }

    private static SchedulerProblem Wrong(string detail) => SchedulerProblem.Create(ErrorCode.InvalidQuery, detail);
}
