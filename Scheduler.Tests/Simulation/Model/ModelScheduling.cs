using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>What is due, and the one step in which a pipeline moves on together with its runs.</summary>
internal sealed class ModelScheduling(ModelStore store, ModelWaiting waiting)
{
    public IReadOnlyList<ModelRow> Due(Instant now, Instant afterTime, string afterId, long limit) =>
        [
            .. store
                .Due.TakeWhile(pipeline => pipeline.NextRunTime <= now)
                .Where(pipeline =>
                    pipeline.NextRunTime > afterTime
                    || (pipeline.NextRunTime == afterTime && string.CompareOrdinal(pipeline.ConfigId, afterId) > 0)
                )
                .Take((int)limit)
                .Select(pipeline => DueRow(pipeline, now)),
        ];

    /// <summary>The first time at which a pipeline that can run is due.</summary>
    public Instant? NextTime(Instant now) => store.Due.FirstOrDefault(pipeline => pipeline.CanRun(now))?.NextRunTime;

    /// <summary>How many pipelines that can run share each schedule.</summary>
    /// <param name="customerId">Whose; everybody's if null.</param>
    public IReadOnlyList<ModelRow> Schedules(string? customerId, Instant now) =>
        [
            .. store
                .Customers.Values.Where(it => customerId is null || it.CustomerId == customerId)
                .SelectMany(it => it.Pipelines.Values)
                .Where(it => it.IsActive && it.CanRun(now))
                .GroupBy(it => (it.Cron, it.Timezone, it.DstPolicy, it.SpreadSeconds))
                .OrderBy(group => group.Key.Cron, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Timezone, StringComparer.Ordinal)
                .ThenBy(group => group.Key.DstPolicy, StringComparer.Ordinal)
                .ThenBy(group => group.Key.SpreadSeconds)
                .Select(group => ScheduleRow(group.First(), group.Count())),
        ];

    public IReadOnlyList<ModelRow> Plan(
        Instant now,
        IReadOnlyList<PlannedPipeline> planned,
        IReadOnlyList<PlannedRun> occurrences
    )
    {
        var moving = new SortedDictionary<string, ModelPipeline>(StringComparer.Ordinal);
        foreach (var plan in planned)
        {
            if (store.Pipeline(plan.ConfigId) is { } pipeline && IsAsPlanned(pipeline, plan, now))
            {
                moving.Add(plan.ConfigId, pipeline);
            }
        }
        var fired = occurrences
            .Where(run => moving.ContainsKey(run.ConfigId) && !store.HasRun(run.IdempotencyKey))
            .Select(run => new Firing(run, moving[run.ConfigId]))
            .ToList();
        foreach (var firing in fired)
        {
            Admit(firing, fired);
        }
        Ration(fired);
        var refused = fired.Where(it => it.Run.Lane is not null && !it.IsQueued).ToList();
        fired.RemoveAll(refused.Contains);
        foreach (var plan in planned.Where(plan => moving.ContainsKey(plan.ConfigId)))
        {
            MoveOn(moving[plan.ConfigId], plan, now);
        }
        foreach (var pipeline in fired.Where(it => it.IsQueued).Select(it => it.Pipeline).Distinct().ToList())
        {
            Replace(pipeline, fired.First(it => it.IsQueued && it.Pipeline == pipeline), fired, now);
        }
        foreach (var firing in fired)
        {
            Create(firing, now);
        }
        foreach (var line in fired.Where(it => it.IsOverQuota).GroupBy(it => it.Day!))
        {
            AlertOfQuota(line.Key, line.Any(it => it.Reason == SkipReason.QuotaDaily), now);
        }
        // Queued behind one another in the order of the plan, whatever else became of the batch.
        foreach (var firing in fired.Where(it => it.IsQueued))
        {
            Queue(firing, fired, now);
        }
        return Outcome(moving.Count, planned.Count - moving.Count, fired, refused);
    }

    /// <summary>Whether nobody has planned or changed it since: its time, its schedule, whether it may run, whose day it counts in.</summary>
    private static bool IsAsPlanned(ModelPipeline pipeline, PlannedPipeline plan, Instant now) =>
        pipeline.IsActive
        && pipeline.NextRunTime == plan.Expected.ToMicroseconds()
        && pipeline.Cron == plan.Cron
        && pipeline.Timezone == plan.Timezone
        && pipeline.DstPolicy == Wire.Name(plan.DstPolicy)
        && pipeline.Customer.Timezone == plan.CustomerTimezone
        && pipeline.CanRun(now) == plan.IsLive;

    /// <summary>Misfires, and overlaps with what is open in the store or earlier in the same batch.</summary>
    private static void Admit(Firing firing, List<Firing> fired)
    {
        var pipeline = firing.Pipeline;
        firing.IsBehind =
            !firing.Run.Misfire
            && firing.OverlapPolicy != "allow"
            && (
                pipeline.Open.Any(item => !item.IsBackfill)
                || fired.Exists(other =>
                    other.Pipeline == pipeline && !other.Run.Misfire && other.ScheduledTime < firing.ScheduledTime
                )
            );
        firing.Reason =
            firing.Run.Misfire ? SkipReason.Misfire
            : firing.IsBehind && firing.OverlapPolicy == "skip" ? SkipReason.Overlap
            : null;
    }

    /// <summary>A customer's runs stand in line for its day and month; who comes after the last free place is skipped.</summary>
    private void Ration(List<Firing> fired)
    {
        var lines = fired.Where(it => it.IsQueued).GroupBy(it => it.Run.UsageId).ToList();
        foreach (var line in lines)
        {
            var (customer, date) = (line.First().Pipeline.Customer, line.First().Run.UsageDate);
            var day = store.OpenUsageDay(customer, line.Key, date);
            // A missing subscription allows nothing; no number in one that is there allows everything.
            day.DailyLimit = customer.Current is { } current ? current.MaxPipelinesPerDay : 0;
            day.MonthlyLimit = customer.Current?.MaxPipelinesPerMonth;
            day.ConcurrentLimit = customer.Current?.MaxConcurrentPipelines;
            var leftToday = day.DailyLimit - day.RunToday;
            var leftThisMonth = day.MonthlyLimit - day.WholeMonth;
            var place = 0;
            foreach (
                var firing in line.OrderBy(it => it.ScheduledTime)
                    .ThenByDescending(it => it.Pipeline.Priority)
                    .ThenBy(it => it.Pipeline.ConfigId, StringComparer.Ordinal)
                    .ThenBy(it => it.Run.RunId, StringComparer.Ordinal)
                    .ToList()
            )
            {
                place++;
                firing.Day = day;
                firing.Reason =
                    place > leftToday ? SkipReason.QuotaDaily
                    : place > leftThisMonth ? SkipReason.QuotaMonthly
                    : null;
            }
        }
    }

    private void MoveOn(ModelPipeline pipeline, PlannedPipeline plan, Instant now)
    {
        store.Change(
            pipeline,
            () =>
            {
                pipeline.NextRunTime = plan.NextRunTime?.ToMicroseconds();
                pipeline.IsActive = plan.DeactivateReason is null;
            }
        );
        pipeline.PauseReason = plan.DeactivateReason ?? pipeline.PauseReason;
        pipeline.UpdatedAt = now;
        if (plan.ChainEnd?.ToMicroseconds() is { } end)
        {
            pipeline.ChainEnd = pipeline.ChainEnd is { } before ? Instant.Max(before, end) : end;
        }
        if (plan.DeactivateReason is { } reason)
        {
            store.Alert("SCHEDULE_SET_ASIDE", pipeline.ConfigId, pipeline.Customer.CustomerId, reason, now);
        }
    }

    /// <summary>cancel_other: what waits ends, what runs is told by its next heartbeat.</summary>
    private void Replace(ModelPipeline pipeline, Firing by, List<Firing> fired, Instant now)
    {
        if (!fired.Exists(it => it.IsQueued && it.Pipeline == pipeline && it.OverlapPolicy == "cancel_other"))
        {
            return;
        }
        foreach (var item in pipeline.Open.Where(item => !item.IsBackfill).ToList())
        {
            if (item.State == ModelItemState.Processing)
            {
                item.CancelRequestedAt ??= now;
                foreach (var firing in fired.Where(it => it.Pipeline == pipeline))
                {
                    firing.StopsOne = true;
                }
                continue;
            }
            ModelWaiting.GiveBack(item);
            by.Day!.CancelledToday++;
            waiting.End(
                item,
                SkipReason.Cancelled,
                "Cancelled: a newer occurrence of the pipeline replaced it.",
                "trigger",
                now
            );
        }
    }

    private void Create(Firing firing, Instant now)
    {
        var (plan, pipeline) = (firing.Run, firing.Pipeline);
        var run = new ModelRun
        {
            RunId = plan.RunId,
            Pipeline = pipeline,
            ScheduledTime = firing.ScheduledTime,
            IntervalStart = plan.IntervalStart.ToMicroseconds(),
            IntervalEnd = plan.IntervalEnd.ToMicroseconds(),
            TriggeredBy = plan.TriggeredBy is { } by ? Wire.Name(by) : "cloud_scheduler",
            Lane = plan.Lane ?? Lane.Schedule,
            IdempotencyKey = plan.IdempotencyKey,
            Priority = plan.TriggeredBy == TriggeredBy.Backfill ? 0 : pipeline.Priority,
            Parameters = MergePatch.Apply(
                store.Defaults.GetValueOrDefault(
                    ModelPipelines.DefaultsKey(pipeline.Customer.CustomerId, pipeline.Provider, pipeline.Domain)
                ),
                pipeline.Parameters
            ),
            CreatedAt = now,
            UpdatedAt = now,
            State = firing.IsQueued ? RunState.Pending : RunState.Skipped,
            Reason = firing.Reason,
            EndedAt = firing.IsQueued ? null : now,
            ErrorMessage = firing.IsQueued ? null : plan.Note,
            TakenOn = firing.IsQueued ? firing.Day : null,
        };
        store.Add(run);
        firing.Created = run;
        var reason = firing.Reason is { } word ? Wire.Name(word) : null;
        store.Note(
            run,
            null,
            run.State,
            now,
            plan.AskedBy ?? "trigger",
            0,
            reason is null ? plan.Note
                : plan.Note is null ? reason
                : $"{reason}: {plan.Note}"
        );
        if (firing.IsQueued)
        {
            firing.Day!.RunToday++;
            return;
        }
        pipeline.LastRunStatus = "SKIPPED";
        if (firing.IsOverQuota)
        {
            firing.Day!.QuotaExceeded = true;
        }
    }

    /// <summary>Where both are exceeded it names the day's.</summary>
    private void AlertOfQuota(ModelUsageDay day, bool isDaily, Instant now) =>
        store.Alert(
            "QUOTA_EXCEEDED",
            day.UsageId,
            day.Customer.CustomerId,
            $"Customer {day.Customer.CustomerId} is over its {(isDaily ? "daily" : "monthly")} quota on {LocalDatePattern.Iso.Format(day.Date)}.",
            now
        );

    private void Queue(Firing firing, List<Firing> fired, Instant now)
    {
        var mustWait =
            firing.IsBehind
            && (
                firing.OverlapPolicy == "queue"
                || firing.StopsOne
                || fired.Exists(other =>
                    other.Pipeline == firing.Pipeline && other.IsQueued && other.ScheduledTime < firing.ScheduledTime
                )
            );
        var visibleAt = mustWait ? Microseconds.Never : firing.Run.VisibleAt.ToMicroseconds();
        store.Queue(firing.Created!, firing.Run.QueueId, visibleAt, now);
        firing.Pipeline.Customer.LookAt(visibleAt);
    }

    private static List<ModelRow> Outcome(int won, int lost, List<Firing> fired, List<Firing> refused) =>
        [
            Row("won", null, won),
            Row("lost", null, lost),
            Row("queued", null, fired.Count(it => it.IsQueued)),
            .. fired
                .Where(it => !it.IsQueued)
                .GroupBy(it => Wire.Name(it.Reason!.Value))
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Row("skipped", group.Key, group.Count())),
            .. refused
                .GroupBy(it => Wire.Name(it.Reason!.Value))
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Row("refused", group.Key, group.Count())),
        ];

    private static ModelRow Row(string kind, string? reason, int count) =>
        new(column =>
            column switch
            {
                "kind" => kind,
                "reason" => reason,
                "count" => count,
                _ => ModelRow.Unknown(column),
            }
        );

    private static ModelRow ScheduleRow(ModelPipeline one, int pipelines) =>
        new(column =>
            column switch
            {
                "schedule_cron" => one.Cron,
                "timezone" => one.Timezone,
                "dst_policy" => one.DstPolicy,
                "spread_seconds" => one.SpreadSeconds,
                "pipelines" => pipelines,
                _ => ModelRow.Unknown(column),
            }
        );

    private static ModelRow DueRow(ModelPipeline pipeline, Instant now)
    {
        // Who was not runnable comes back as from a pause: nothing before it is caught up.
        var held =
            pipeline.PausedUntil > pipeline.Customer.ReturnedAt
                ? pipeline.PausedUntil
                : pipeline.Customer.ReturnedAt ?? pipeline.PausedUntil;
        return new(column =>
            column switch
            {
                "config_id" => pipeline.ConfigId,
                "customer_id" => pipeline.Customer.CustomerId,
                "schedule_cron" => pipeline.Cron,
                "timezone" => pipeline.Timezone,
                "dst_policy" => pipeline.DstPolicy,
                "misfire_policy" => pipeline.MisfirePolicy,
                "spread_seconds" => pipeline.SpreadSeconds,
                "next_run_time" => pipeline.NextRunTime,
                "paused_until" => held,
                "parameters_valid" or "merges" => true,
                "customer_timezone" => pipeline.Customer.Timezone,
                "runnable" => pipeline.Customer.MayRun(now),
                "last_interval_end" => pipeline.ChainEnd,
                _ => ModelRow.Unknown(column),
            }
        );
    }

    /// <summary>One occurrence of a batch and what becomes of it.</summary>
    private sealed class Firing(PlannedRun run, ModelPipeline pipeline)
    {
        public PlannedRun Run { get; } = run;
        public ModelPipeline Pipeline { get; } = pipeline;
        public Instant ScheduledTime { get; } = run.ScheduledTime.ToMicroseconds();
        public bool IsBehind { get; set; }

        /// <summary>The pipeline's, unless the run waits behind others whatever that says.</summary>
        public string OverlapPolicy { get; } =
            run.TriggeredBy == TriggeredBy.Backfill ? "allow"
            : run.WaitsBehind && pipeline.OverlapPolicy != "allow" ? "queue"
            : pipeline.OverlapPolicy;

        /// <summary>Whether a run of its pipeline was asked to stop for it.</summary>
        public bool StopsOne { get; set; }
        public SkipReason? Reason { get; set; }
        public ModelUsageDay? Day { get; set; }
        public ModelRun? Created { get; set; }
        public bool IsQueued => Reason is null;
        public bool IsOverQuota => Reason is SkipReason.QuotaDaily or SkipReason.QuotaMonthly;
    }
}
