using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Items that wait: behind another, for a customer or pipeline that is held, or in vain.</summary>
internal sealed class ModelWaiting(ModelStore store)
{
    /// <summary>Pipelines with something parked and nothing open in front of it.</summary>
    public IReadOnlyList<string> Parked(Instant now, long limit) =>
        [
            .. store
                .Parked.Values.Where(pipeline => MayRelease(pipeline, now))
                .Take((int)limit)
                .Select(it => it.ConfigId),
        ];

    /// <summary>Lets the oldest parked item of each pipeline through, all of them where runs may overlap; returns how many.</summary>
    public long Release(IEnumerable<string> configIds, Instant now)
    {
        var released = 0;
        var asked = configIds.Select(store.Pipeline).OfType<ModelPipeline>().Distinct().ToList();
        foreach (var pipeline in asked.Where(pipeline => MayRelease(pipeline, now)))
        {
            var parked = pipeline.Open.Where(item => item.IsParked);
            foreach (var item in (pipeline.OverlapPolicy == "allow" ? parked : parked.Take(1)).ToList())
            {
                store.Change(item, () => item.VisibleAt = now);
                released++;
            }
        }
        foreach (var pipeline in asked)
        {
            pipeline.Customer.LookAt(now);
        }
        return released;
    }

    /// <summary>Notes since when customers that may not run and paused pipelines keep items waiting; forgets those that came back.</summary>
    public long NoteHolds(Instant now)
    {
        var holds = 0L;
        foreach (var customer in store.Customers.Values)
        {
            customer.HeldSince = customer.MayRun(now) ? null : customer.HeldSince ?? (customer.HasQueued ? now : null);
            holds += customer.HeldSince is null ? 0 : 1;
            foreach (var pipeline in customer.Pipelines.Values)
            {
                pipeline.HeldSince = pipeline.IsPaused(now)
                    ? pipeline.HeldSince ?? (pipeline.Open.Any(IsQueued) ? now : null)
                    : null;
                holds += pipeline.HeldSince is null ? 0 : 1;
            }
        }
        return holds;
    }

    /// <summary>What has been held for too long, and what waits for a pipeline that is off.</summary>
    public IReadOnlyList<(string RunId, string Reason)> Overdue(Instant now, Instant heldBefore, long limit) =>
        [
            .. HeldByCustomers(now, heldBefore)
                .Concat(HeldByPauses(now, heldBefore))
                .Concat(
                    store.Retired.Values.SelectMany(pipeline =>
                        pipeline.Open.Where(IsQueued).Select(item => (item.Run.RunId, "CANCELLED"))
                    )
                )
                .Take((int)limit),
        ];

    public IReadOnlyList<string> WaitingOf(string configId, long limit) =>
        store.Pipeline(configId) is { } pipeline
            ? [.. pipeline.Open.Where(IsQueued).Take((int)limit).Select(item => item.Run.RunId)]
            : [];

    /// <summary>Ends runs that have not started. What they took goes back to the day it was taken on, unless they had started before.</summary>
    public IReadOnlyList<ModelRun> Skip(IEnumerable<ModelSkip> skips, string actor, Instant now)
    {
        var skipped = new List<ModelRun>();
        foreach (var skip in skips)
        {
            if (store.Run(skip.RunId) is not { Item: { State: ModelItemState.Queued } item } run)
            {
                continue;
            }
            GiveBack(item);
            if (skip.Reason == SkipReason.Cancelled)
            {
                store.OpenUsageDay(item.Customer, skip.EndUsageId, skip.EndUsageDate).CancelledToday++;
            }
            End(item, skip.Reason, skip.Note, actor, now);
            skipped.Add(run);
        }
        return [.. skipped.OrderBy(run => run.RunId, StringComparer.Ordinal)];
    }

    /// <summary>Gives a place in the quota back that was taken for something which never started.</summary>
    public static void GiveBack(ModelItem item)
    {
        if (item.LeaseEpoch == 0 && item.Run.TakenOn is { } day)
        {
            day.RunToday--;
        }
    }

    /// <summary>Ends a waiting run as skipped.</summary>
    public void End(ModelItem item, SkipReason reason, string? note, string actor, Instant now)
    {
        var run = item.Run;
        store.Move(run, RunState.Skipped, now, actor, item.LeaseEpoch, Core.Contracts.Wire.Name(reason));
        run.Reason = reason;
        run.ErrorMessage = note;
        run.EndedAt = now;
        run.UpdatedAt = now;
        store.Change(
            item,
            () =>
            {
                item.State = ModelItemState.Failed;
                item.CompletedAt = now;
            }
        );
    }

    /// <summary>Asks what runs to stop; returns those that have been asked, by then or before.</summary>
    public IReadOnlyList<string> RequestCancel(IEnumerable<string> runIds, Instant now)
    {
        var asked = new List<string>();
        foreach (var runId in runIds)
        {
            if (store.Run(runId)?.Item is { State: ModelItemState.Processing } item)
            {
                item.CancelRequestedAt ??= now;
                asked.Add(runId);
            }
        }
        return [.. asked.Order(StringComparer.Ordinal)];
    }

    /// <summary>Forgets items that ended before then, oldest end first; returns how many.</summary>
    public long Purge(Instant completedBefore, long limit)
    {
        var old = store.Finished.TakeWhile(item => item.CompletedAt < completedBefore).Take((int)limit).ToList();
        foreach (var item in old)
        {
            store.Remove(item);
        }
        return old.Count;
    }

    private static bool MayRelease(ModelPipeline pipeline, Instant now) =>
        !pipeline.IsPaused(now) && !pipeline.HasFront;

    private static bool IsQueued(ModelItem item) => item.State == ModelItemState.Queued;

    private IEnumerable<(string, string)> HeldByCustomers(Instant now, Instant heldBefore) =>
        store
            .Customers.Values.Where(customer => customer.HeldSince <= heldBefore && !customer.MayRun(now))
            .SelectMany(customer =>
                customer
                    .Waiting.SelectMany(level => level)
                    .Where(item => item.VisibleAt <= heldBefore && item.CreatedAt <= heldBefore)
                    .Select(item =>
                        (item.Run.RunId, customer.Status is "ACTIVE" or "TRIAL" ? "SUBSCRIPTION_ENDED" : "SUSPENDED")
                    )
            );

    private IEnumerable<(string, string)> HeldByPauses(Instant now, Instant heldBefore) =>
        store
            .Customers.Values.SelectMany(customer => customer.Pipelines.Values)
            .Where(pipeline => pipeline.HeldSince <= heldBefore && pipeline.IsPaused(now))
            .SelectMany(pipeline => pipeline.Open.Where(item => IsQueued(item) && item.CreatedAt <= heldBefore))
            .Select(item => (item.Run.RunId, "PAUSED"));
}
