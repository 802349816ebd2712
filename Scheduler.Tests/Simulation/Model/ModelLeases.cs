using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Leases while they are held, and their ends. The token decides, whoever says what.</summary>
internal sealed class ModelLeases(ModelStore store)
{
    private const int WarnAfter = 3;

    /// <summary>Moves the end of live leases; one that ran out is lost, even if nobody has noticed yet.</summary>
    public IReadOnlyList<ModelRow> Heartbeat(Instant now, IReadOnlyList<LeaseReference> leases, Duration lease)
    {
        foreach (var asked in leases)
        {
            if (Live(asked, now) is { } item)
            {
                store.Change(item, () => item.LeaseExpiresAt = now + lease);
            }
        }
        return [.. leases.Select(asked => Beat(asked.QueueId, Live(asked, now)))];
    }

    public IReadOnlyList<ModelRow> Facts(Instant now, IReadOnlyList<LeaseQuestion> leases) =>
        [
            .. leases
                .Select(asked =>
                    store.Item(asked.QueueId) is { } item && item.IsHeldUnder(asked.LeaseToken) ? item : null
                )
                .OfType<ModelItem>()
                .Select(item => Facts(item, now)),
        ];

    public IReadOnlyList<ModelRow> Expired(Instant now, Instant afterExpiry, string afterId, long limit) =>
        [
            .. store
                .Leases.TakeWhile(item => item.LeaseExpiresAt <= now)
                .Where(item =>
                    item.LeaseExpiresAt > afterExpiry
                    || (item.LeaseExpiresAt == afterExpiry && string.CompareOrdinal(item.QueueId, afterId) > 0)
                )
                .Take((int)limit)
                .Select(item => Facts(item, now)),
        ];

    /// <summary>Ends those that are still held, all as of before the call; the others are stale and change nothing.</summary>
    public IReadOnlyList<ModelRow> End(Instant now, IReadOnlyList<LeaseEnd> ends, long maxLosses)
    {
        var taken = new List<Ending>();
        var answers = new List<Ending?>();
        foreach (var end in ends)
        {
            var ending = Judge(end, now, maxLosses);
            answers.Add(ending);
            if (ending is not null)
            {
                taken.Add(ending);
            }
        }
        var finals = taken.Where(ending => ending.IsFinal).ToList();
        foreach (var runs in taken.GroupBy(ending => ending.Item.Pipeline))
        {
            CountFailures(runs.Key, [.. runs], now);
        }
        foreach (var ending in taken)
        {
            Write(ending, now);
        }
        foreach (var ending in taken.Where(ending => ending.Retries))
        {
            Retry(ending, now);
        }
        foreach (var ending in finals)
        {
            Count(ending);
        }
        foreach (var ending in finals)
        {
            var day = store.UsageDay(ending.Asked.UsageId)!;
            day.ConcurrentRunning = ending.Item.Customer.LiveLeases(now);
        }
        foreach (var ending in taken)
        {
            ending.Item.Customer.LookAt(now);
        }
        return [.. ends.Zip(answers, (end, ending) => Answer(end.QueueId, ending))];
    }

    private ModelItem? Live(LeaseReference asked, Instant now) =>
        store.Item(asked.QueueId) is { } item && item.IsHeldUnder(asked.LeaseToken) && item.LeaseExpiresAt > now
            ? item
            : null;

    private Ending? Judge(LeaseEnd asked, Instant now, long maxLosses)
    {
        if (store.Item(asked.QueueId) is not { } item || !item.IsHeldUnder(asked.LeaseToken))
        {
            return null;
        }
        if (asked.Outcome == LeaseEndKind.Lost && item.LeaseExpiresAt > now)
        {
            return null;
        }
        var isUnwanted = item.CancelRequestedAt is not null || !item.Pipeline.IsActive;
        var isGivenUp = asked.Outcome == LeaseEndKind.Lost && item.LeaseLosses + 1 >= maxLosses;
        var (state, error) = asked.Outcome switch
        {
            LeaseEndKind.Completed => (RunState.Completed, null),
            LeaseEndKind.Failed => (RunState.Failed, asked.ErrorType is { } type ? Wire.Name(type) : null),
            LeaseEndKind.Cancelled => (RunState.Failed, "CANCELLED"),
            _ when isUnwanted => (RunState.Failed, "CANCELLED"),
            _ when isGivenUp => (RunState.Failed, "WORKER_LOST"),
            _ => (RunState.Pending, (string?)null),
        };
        return new Ending
        {
            Asked = asked,
            Item = item,
            State = state,
            ErrorType = error,
            ErrorMessage =
                isGivenUp && !isUnwanted
                    ? $"Lost its worker {item.LeaseLosses + 1} times; not tried again."
                    : asked.ErrorMessage,
            StartedAt = item.Run.StartedAt!.Value,
            Retries = asked.RetryRunId is not null && !isUnwanted,
        };
    }

    /// <summary>What its last runs say of a pipeline. A cancelled run says nothing.</summary>
    private void CountFailures(ModelPipeline pipeline, List<Ending> runs, Instant now)
    {
        var telling = runs.Where(ending => ending.IsFinal && ending.ErrorType != "CANCELLED").ToList();
        if (telling.Count > 0)
        {
            // Of those that started at the same moment the newer run has the last word.
            var last = telling
                .OrderBy(ending => ending.StartedAt)
                .ThenBy(ending => ending.Item.Run.RunId, StringComparer.Ordinal)
                .Last();
            var givenUp = telling.Count(ending => ending.State == RunState.Failed && !ending.Retries);
            var succeeded = telling.Exists(ending => ending.State == RunState.Completed);
            pipeline.LastRunTime = last.StartedAt;
            pipeline.LastRunStatus = last.State == RunState.Completed ? "SUCCESS" : "FAILED";
            pipeline.ConsecutiveFailures =
                last.State == RunState.Completed ? 0
                : succeeded ? givenUp
                : pipeline.ConsecutiveFailures + givenUp;
            pipeline.UpdatedAt = now;
            if (givenUp > 0)
            {
                WarnOf(pipeline, runs.Max(ending => ending.Asked.DisableAfter), now);
            }
        }
        if (pipeline.ConsecutiveFailures == 0)
        {
            store.Resolve("CONSECUTIVE_FAILURES", pipeline.ConfigId, now);
        }
    }

    private void WarnOf(ModelPipeline pipeline, int? disableAfter, Instant now)
    {
        var failures = pipeline.ConsecutiveFailures;
        if (failures >= WarnAfter)
        {
            store.Alert(
                "CONSECUTIVE_FAILURES",
                pipeline.ConfigId,
                pipeline.Customer.CustomerId,
                $"Pipeline {pipeline.Name} of {pipeline.Customer.CustomerId} failed {failures} times in a row.",
                now
            );
        }
        if (pipeline.IsActive && failures >= disableAfter)
        {
            var reason = $"Switched off after {failures} failures in a row.";
            store.Alert("SCHEDULE_SET_ASIDE", pipeline.ConfigId, pipeline.Customer.CustomerId, reason, now);
            store.Change(pipeline, () => pipeline.IsActive = false);
            pipeline.PauseReason = reason;
        }
    }

    private void Write(Ending ending, Instant now)
    {
        var (item, run) = (ending.Item, ending.Item.Run);
        var isLost = ending.Asked.Outcome == LeaseEndKind.Lost;
        store.Move(
            run,
            ending.State,
            now,
            isLost ? "reaper" : item.WorkerId!,
            item.LeaseEpoch,
            ending.Asked.Outcome switch
            {
                LeaseEndKind.Lost => "lease lost",
                LeaseEndKind.Released => "lease released",
                _ => ending.ErrorType,
            }
        );
        run.StartedAt = ending.IsFinal ? ending.StartedAt : null;
        run.EndedAt = ending.IsFinal ? now : null;
        run.DurationSeconds = ending.IsFinal ? (now.Micros() - ending.StartedAt.Micros() + 500_000) / 1_000_000 : null;
        run.ErrorType = ending.ErrorType;
        run.ErrorMessage = ending.ErrorMessage;
        run.UpdatedAt = now;
        store.Change(
            item,
            () =>
            {
                item.State = ending.State switch
                {
                    RunState.Completed => ModelItemState.Completed,
                    RunState.Failed => ModelItemState.Failed,
                    _ => ModelItemState.Queued,
                };
                item.CompletedAt = ending.IsFinal ? now : null;
                item.LeaseToken = null;
                item.LeaseExpiresAt = null;
                item.LeaseLosses += isLost ? 1 : 0;
            }
        );
    }

    /// <summary>The next attempt, queued until its time. It takes no quota.</summary>
    private void Retry(Ending ending, Instant now)
    {
        var (asked, failed) = (ending.Asked, ending.Item.Run);
        if (store.HasRun(asked.RetryKey!))
        {
            return;
        }
        var run = new ModelRun
        {
            RunId = asked.RetryRunId!,
            Pipeline = failed.Pipeline,
            ScheduledTime = failed.ScheduledTime,
            IntervalStart = failed.IntervalStart,
            IntervalEnd = failed.IntervalEnd,
            TriggeredBy = "retry",
            Lane = failed.Lane,
            IdempotencyKey = asked.RetryKey!,
            Priority = failed.Priority,
            Parameters = failed.Parameters,
            CreatedAt = now,
            UpdatedAt = now,
            RetryAttempt = failed.RetryAttempt + 1,
            ParentRunId = failed.RunId,
            State = RunState.Scheduled,
        };
        store.Add(run);
        store.Queue(run, asked.RetryQueueId!, asked.RetryAt!.Value.ToMicroseconds(), now);
        store.Note(run, null, RunState.Scheduled, now, "retry", 0, $"after {ending.ErrorType}");
        ending.Retried = run;
    }

    private void Count(Ending ending)
    {
        var day = store.OpenUsageDay(ending.Item.Customer, ending.Asked.UsageId, ending.Asked.UsageDate);
        if (ending.State == RunState.Completed)
        {
            day.SucceededToday++;
        }
        else if (ending.ErrorType == "CANCELLED")
        {
            day.CancelledToday++;
        }
        else
        {
            day.FailedToday++;
        }
    }

    private static ModelRow Beat(string queueId, ModelItem? item) =>
        new(column =>
            column switch
            {
                "queue_id" => queueId,
                "status" => item is null ? "lost"
                : item.CancelRequestedAt is not null ? "cancel"
                : "renewed",
                "lease_expires_at" => item?.LeaseExpiresAt,
                _ => ModelRow.Unknown(column),
            }
        );

    private static ModelRow Facts(ModelItem item, Instant now) =>
        new(column =>
            column switch
            {
                "now" => now,
                "queue_id" => item.QueueId,
                "lease_token" => item.LeaseToken,
                "lease_expires_at" => item.LeaseExpiresAt,
                "run_id" => item.Run.RunId,
                "config_id" => item.Pipeline.ConfigId,
                "customer_id" => item.Customer.CustomerId,
                "scheduled_time" => item.ScheduledTime,
                "retry_attempt" => item.Run.RetryAttempt,
                "lane" => item.Run.Lane,
                "retry_config" => item.Pipeline.RetryConfig,
                "customer_timezone" => item.Customer.Timezone,
                _ => ModelRow.Unknown(column),
            }
        );

    private static ModelRow Answer(string queueId, Ending? ending) =>
        new(column =>
            column switch
            {
                "queue_id" => queueId,
                "state" => ending is null ? null : Wire.Name(ending.State),
                "error_type" => ending?.ErrorType,
                "retry_at" => ending?.Retried is null ? null : ending.Asked.RetryAt!.Value.ToMicroseconds(),
                "run_id" => ending?.Item.Run.RunId,
                "config_id" => ending?.Item.Pipeline.ConfigId,
                "has_successor" => ending?.Item.Pipeline.HasParked ?? false,
                "frees_work" => ending is not null,
                _ => ModelRow.Unknown(column),
            }
        );

    /// <summary>One lease that ends, judged by what stood before anything was written.</summary>
    private sealed class Ending
    {
        public required LeaseEnd Asked { get; init; }
        public required ModelItem Item { get; init; }
        public required RunState State { get; init; }
        public required string? ErrorType { get; init; }
        public required string? ErrorMessage { get; init; }
        public required Instant StartedAt { get; init; }
        public required bool Retries { get; init; }
        public ModelRun? Retried { get; set; }
        public bool IsFinal => State is RunState.Completed or RunState.Failed;
    }
}
