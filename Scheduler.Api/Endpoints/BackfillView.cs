using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Backfills;

namespace Scheduler.Api.Endpoints;

/// <summary>A backfill in the words of the API.</summary>
internal static class BackfillView
{
    public static BackfillResponse Of(Backfill backfill) =>
        Plan(backfill) with
        {
            BackfillId = backfill.BackfillId,
            State = backfill.State,
            WaitsFor = backfill.State == BackfillState.Running ? backfill.WaitsFor : null,
            CreatedBy = backfill.CreatedBy,
            CreatedAt = backfill.CreatedAt,
            UpdatedAt = backfill.UpdatedAt,
            EndedAt = backfill.EndedAt,
        };

    public static BackfillResponse Of(Backfill backfill, BackfillProgress progress) =>
        Of(backfill) with
        {
            Progress = Progress(backfill, progress),
        };

    public static BackfillResponse Of(BackfillResult.Planned planned) =>
        Plan(planned.Plan) with
        {
            First =
            [
                .. planned.First.Select(occurrence => new BackfillOccurrenceResponse
                {
                    ScheduledTime = occurrence.ScheduledTime,
                    DataIntervalStart = occurrence.IntervalStart,
                    DataIntervalEnd = occurrence.ScheduledTime,
                }),
            ],
        };

    private static BackfillResponse Plan(Backfill backfill) =>
        new()
        {
            CustomerId = backfill.CustomerId,
            ConfigId = backfill.ConfigId,
            Mode = backfill.Mode,
            From = backfill.From,
            To = backfill.To,
            MaxConcurrent = backfill.MaxConcurrent,
            Occurrences = backfill.Occurrences,
        };

    private static BackfillProgressResponse Progress(Backfill backfill, BackfillProgress progress)
    {
        var isOver = backfill.State is BackfillState.Completed or BackfillState.Cancelled;
        var remaining = isOver ? 0 : Math.Max(0, backfill.Occurrences - progress.Begun);
        var all = progress.Begun + remaining;
        return new BackfillProgressResponse
        {
            Begun = progress.Begun,
            Completed = progress.Completed,
            Failed = progress.Failed,
            Open = progress.Open,
            Remaining = remaining,
            Percent = all == 0 ? 100 : Math.Round(100.0 * (progress.Begun - progress.Open) / all, 1),
        };
    }
}
