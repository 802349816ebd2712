using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>
/// Makes the runs of backfills, a few at a time: as many as their cap, the customer's cap and its quota leave beside its live work. Each
/// run has a key of its own, so whatever is done twice, or by two processes at once, is done once.
/// </summary>
public sealed class BackfillFeed(
    Backfills backfills,
    BackfillStore store,
    PipelineConfigStore configs,
    CustomerStore customers,
    ScheduleStore schedules,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids,
    BackfillOptions options,
    TimeProvider time
)
{
    /// <summary>What is short is over by then.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private const string Actor = "backfills";
    private const int Page = 200;
    private const int Occurrences = 500;

    // Of one backfill at one pass, however few of them are to be run.
    private const int MostPages = 20;
    private const int MostPipelines = 1_000;

    /// <summary>What keeps one waiting changes slowly.</summary>
    private static readonly Duration WaitingLook = Duration.FromMinutes(1);

    /// <summary>So long after a backfill was cancelled a batch that was on its way may arrive.</summary>
    private static readonly Duration LateBatch = Duration.FromMinutes(10);

    /// <summary>Makes passes as long as they make runs, and one that makes none.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await AdvanceAsync(cancellationToken) > 0 && !schedules.ReadsAreCharged)
        {
            await Task.Delay(Beat, time, cancellationToken);
        }
    }

    /// <summary>Brings every running backfill as far as it may go now; how many runs that made.</summary>
    public async Task<int> AdvanceAsync(CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var counts = await store.CountOpenAsync(now - LateBatch, cancellationToken);
        var places = new Places(
            options.MaxOpen - counts.Open,
            Math.Max(1, options.MaxOpen / Math.Max(1, counts.Going))
        );
        var after = "";
        while (counts.Running > 0)
        {
            var page = await store.ListRunningAsync(after, now - WaitingLook, Page, cancellationToken);
            foreach (var backfill in page)
            {
                await AdvanceAsync(backfill, places, now, cancellationToken);
            }
            if (page.Count < Page)
            {
                break;
            }
            after = page[^1].BackfillId;
        }
        if (counts.Cancelled > 0)
        {
            foreach (var backfill in await store.ListCancelledAsync(now - LateBatch, Page, cancellationToken))
            {
                await backfills.EndWaitingAsync(backfill, Actor, now, cancellationToken);
            }
        }
        return places.Taken;
    }

    private async Task AdvanceAsync(Backfill backfill, Places places, Instant now, CancellationToken cancellationToken)
    {
        var config = await configs.GetAsync(backfill.CustomerId, backfill.ConfigId, cancellationToken);
        var standing = await customers.StandingAsync(backfill.CustomerId, cancellationToken);
        if (config is null || standing is null)
        {
            // Its customer is being purged.
            await SaveAsync(backfill with { State = BackfillState.Cancelled }, now, cancellationToken);
            return;
        }
        if (ObstacleOf(config, standing, now) is { } obstacle)
        {
            await SaveAsync(backfill with { WaitsFor = obstacle }, now, cancellationToken);
            return;
        }
        var open = await store.ListOpenAsync(
            backfill.ConfigId,
            StartBackfillRequest.MostConcurrent * 2,
            cancellationToken
        );
        var (room, bound) = await RoomAsync(backfill, standing, open.Count, now, cancellationToken);
        room = Math.Min(room, places.For(open.Count));
        if (room == 0)
        {
            if (bound is not null || backfill.WaitsFor is not null)
            {
                await SaveAsync(backfill with { WaitsFor = bound }, now, cancellationToken);
            }
            return;
        }
        var (wanted, next) = await NextAsync(backfill, config, room, cancellationToken);
        if (wanted.Count == 0)
        {
            var isOver = next >= backfill.To && open.Count == 0;
            if (isOver || next != backfill.NextTime || backfill.WaitsFor is not null)
            {
                var state = isOver ? BackfillState.Completed : BackfillState.Running;
                await SaveAsync(
                    backfill with
                    {
                        NextTime = next,
                        WaitsFor = null,
                        State = state,
                    },
                    now,
                    cancellationToken
                );
            }
            return;
        }
        var outcome = await PlanAsync(backfill, config, standing, wanted, now, cancellationToken);
        if (outcome.Won == 0)
        {
            // The trigger has moved the pipeline on meanwhile: the next pass looks again.
            return;
        }
        if (outcome.Queued > 0)
        {
            places.Take(outcome.Queued);
            signal.Raise();
        }
        var planned = outcome.Refused switch
        {
            null => backfill with { NextTime = next, WaitsFor = null },
            // Which of them was refused is found out by asking again: those that have a run get no second one.
            SkipReason.QuotaMonthly => backfill with { WaitsFor = BackfillWait.QuotaMonthly },
            _ => backfill with { WaitsFor = BackfillWait.QuotaDaily },
        };
        await SaveAsync(planned, now, cancellationToken);
    }

    private static BackfillWait? ObstacleOf(PipelineConfig config, CustomerStanding standing, Instant now) =>
        RunRequests.Obstacle(config, standing, now) switch
        {
            RunRefusal.Paused => BackfillWait.Paused,
            RunRefusal.CustomerNotRunnable => BackfillWait.CustomerNotRunnable,
            RunRefusal.SwitchedOff => BackfillWait.SwitchedOff,
            _ when ScheduleOf(config) is null => BackfillWait.SwitchedOff,
            _ => null,
        };

    private static Schedule? ScheduleOf(PipelineConfig config) =>
        Schedule.Create(config.ScheduleCron, config.Timezone, config.DstPolicy) is ScheduleResult.Valid(var schedule)
            ? schedule
            : null;

    /// <summary>How many more runs it may have now, and the quota that bounds it to none.</summary>
    private async Task<(int Room, BackfillWait? Bound)> RoomAsync(
        Backfill backfill,
        CustomerStanding standing,
        int open,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var period = UsagePeriod.Of(standing.Timezone, now);
        var facts = await customers.ReadinessAsync(
            backfill.CustomerId,
            period.Month,
            period.Today,
            now,
            cancellationToken
        );
        var room = facts is null ? 0 : BackfillShare.Room(backfill.MaxConcurrent, facts.ConcurrentLimit, open);
        if (facts is null || room == 0 || facts is { DailyLimit: null, MonthlyLimit: null })
        {
            return (room, null);
        }
        var live = await configs.ListAsync(
            backfill.CustomerId,
            isActive: true,
            afterId: null,
            MostPipelines,
            cancellationToken
        );
        var (left, bound) = BackfillShare.Quota(
            facts,
            [.. live.Where(config => !(config.PausedUntil > now)).Select(ScheduleOf).OfType<Schedule>()],
            now,
            period.DayEnd,
            period.MonthEnd
        );
        return left > 0 ? (Math.Min(room, left), null) : (0, bound);
    }

    /// <summary>The next occurrences to be run, and where to go on after them.</summary>
    private async Task<(List<BackfillOccurrence> Wanted, Instant Next)> NextAsync(
        Backfill backfill,
        PipelineConfig config,
        int room,
        CancellationToken cancellationToken
    )
    {
        var schedule = ScheduleOf(config)!;
        var next = backfill.NextTime;
        for (var pages = 0; pages < MostPages && next < backfill.To; pages++)
        {
            var page = BackfillRange.Occurrences(schedule, next, backfill.To, Occurrences).ToList();
            var wanted = await store.WantedAsync(
                backfill.CustomerId,
                backfill.ConfigId,
                backfill.Mode,
                page,
                cancellationToken
            );
            if (wanted.Count > 0)
            {
                wanted = [.. wanted.Take(room)];
                return (wanted, After(wanted[^1]));
            }
            next = page.Count < Occurrences ? backfill.To : After(page[^1]);
        }
        return ([], next);

        static Instant After(BackfillOccurrence occurrence) => occurrence.ScheduledTime.PlusTicks(10);
    }

    private async Task<BatchOutcome> PlanAsync(
        Backfill backfill,
        PipelineConfig config,
        CustomerStanding standing,
        List<BackfillOccurrence> wanted,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var defaults = await configs.ProviderParametersAsync(
            config.CustomerId,
            config.Provider,
            config.Domain,
            cancellationToken
        );
        var parameters = MergePatch.Apply(defaults?.GetRawText(), config.Parameters?.GetRawText());
        var day = UsageDay.Of(config.CustomerId, standing.Timezone, now);
        var lane = Lane.Backfill(backfill.BackfillId);
        return await schedules.PlanBatchAsync(
            [PlannedPipeline.Unmoved(config, standing)],
            [
                .. wanted.Select(occurrence => new PlannedRun
                {
                    ConfigId = config.ConfigId,
                    RunId = ids.NewId(now),
                    QueueId = ids.NewId(now),
                    ScheduledTime = occurrence.ScheduledTime,
                    IntervalStart = occurrence.IntervalStart,
                    IntervalEnd = occurrence.ScheduledTime,
                    VisibleAt = now,
                    IdempotencyKey = IdempotencyKey.Compute(config.ConfigId, lane, occurrence.ScheduledTime, 0),
                    UsageId = day.UsageId,
                    UsageDate = day.Date,
                    Misfire = false,
                    Lane = lane,
                    TriggeredBy = TriggeredBy.Backfill,
                    AskedBy = backfill.CreatedBy,
                    Parameters = parameters,
                }),
            ],
            now,
            cancellationToken
        );
    }

    private async Task SaveAsync(Backfill backfill, Instant now, CancellationToken cancellationToken)
    {
        if (
            !await store.AdvanceAsync(backfill, now, cancellationToken)
            && await store.GetAsync(backfill.CustomerId, backfill.BackfillId, cancellationToken)
                is { State: BackfillState.Cancelled } cancelled
        )
        {
            // What this pass has made came after the cancelling.
            await backfills.EndWaitingAsync(cancelled, Actor, now, cancellationToken);
        }
    }

    /// <summary>The places of all backfills in one pass.</summary>
    /// <param name="left">Those that are free.</param>
    /// <param name="share">So many are one backfill's.</param>
    private sealed class Places(int left, int share)
    {
        public int Taken { get; private set; }

        /// <summary>How many more runs a backfill may have open that has so many.</summary>
        public int For(int open) => Math.Max(0, Math.Min(left - Taken, share - open));

        public void Take(int runs) => Taken += runs;
    }
}
