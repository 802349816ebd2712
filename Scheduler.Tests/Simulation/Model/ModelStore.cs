using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// All that the model remembers. What is gone through is kept in an order of its own, never in that of hashes: the same operations
/// give the same answers in every process.
/// </summary>
internal sealed class ModelStore
{
    private readonly Dictionary<string, ModelPipeline> pipelines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelRun> runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelRun> runsByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelItem> items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelUsageDay> usage = new(StringComparer.Ordinal);
    private long itemsMade;

    public SortedDictionary<string, ModelCustomer> Customers { get; } = new(StringComparer.Ordinal);

    /// <summary>Active pipelines with a next time, the first one due in front.</summary>
    public SortedSet<ModelPipeline> Due { get; } = new(ModelPipeline.ByDue);

    /// <summary>Pipelines with something parked, by id.</summary>
    public SortedDictionary<string, ModelPipeline> Parked { get; } = new(StringComparer.Ordinal);

    /// <summary>Pipelines that were switched off and have open items, by id.</summary>
    public SortedDictionary<string, ModelPipeline> Retired { get; } = new(StringComparer.Ordinal);

    /// <summary>Items under a lease, the first to run out in front.</summary>
    public SortedSet<ModelItem> Leases { get; } = new(ModelItem.ByExpiry);

    /// <summary>Items that have ended and are still kept, oldest end in front.</summary>
    public SortedSet<ModelItem> Finished { get; } = new(ModelItem.ByEnd);

    /// <summary>Every run, in the order of their making.</summary>
    public List<ModelRun> Runs { get; } = [];

    /// <summary>Every move of every run, in the order they were made.</summary>
    public List<ModelTransition> Transitions { get; } = [];

    /// <summary>Every alert, oldest first.</summary>
    public List<ModelAlert> Alerts { get; } = [];

    public SortedDictionary<string, ModelDuty> Duties { get; } = new(StringComparer.Ordinal);

    /// <summary>Parameters that a customer gives all its pipelines of a provider and domain.</summary>
    /// <remarks>By customer, provider and domain, a line each.</remarks>
    public SortedDictionary<string, string?> Defaults { get; } = new(StringComparer.Ordinal);

    public ModelCustomer? Customer(string id) => Customers.GetValueOrDefault(id);

    public ModelPipeline? Pipeline(string id) => pipelines.GetValueOrDefault(id);

    public ModelRun? Run(string id) => runs.GetValueOrDefault(id);

    public ModelItem? Item(string id) => items.GetValueOrDefault(id);

    public bool HasRun(string idempotencyKey) => runsByKey.ContainsKey(idempotencyKey);

    public void Add(ModelPipeline pipeline)
    {
        pipelines.Add(pipeline.ConfigId, pipeline);
        pipeline.Customer.Pipelines.Add(pipeline.ConfigId, pipeline);
        Enlist(pipeline);
    }

    /// <summary>Changes whether or when a pipeline is due.</summary>
    public void Change(ModelPipeline pipeline, Action change)
    {
        if (pipeline is { IsActive: true, NextRunTime: not null })
        {
            Due.Remove(pipeline);
        }
        change();
        Enlist(pipeline);
    }

    public void Add(ModelRun run)
    {
        runs.Add(run.RunId, run);
        runsByKey.Add(run.IdempotencyKey, run);
        run.Pipeline.Customer.Runs.Add(run);
        Runs.Add(run);
    }

    public ModelItem Queue(ModelRun run, string queueId, Instant visibleAt, Instant now)
    {
        var item = new ModelItem
        {
            QueueId = queueId,
            Order = ++itemsMade,
            Run = run,
            Priority = run.Priority,
            CreatedAt = now,
            VisibleAt = visibleAt,
        };
        items.Add(queueId, item);
        run.Item = item;
        Enlist(item);
        return item;
    }

    /// <summary>Changes an item and its place in every order.</summary>
    public void Change(ModelItem item, Action change)
    {
        Withdraw(item);
        change();
        Enlist(item);
    }

    public void Remove(ModelItem item)
    {
        Withdraw(item);
        items.Remove(item.QueueId);
        item.Run.Item = null;
    }

    public void Move(ModelRun run, RunState to, Instant now, string actor, long epoch, string? note)
    {
        Note(run, run.State, to, now, actor, epoch, note);
        run.State = to;
    }

    public void Note(ModelRun run, RunState? from, RunState to, Instant at, string actor, long epoch, string? note)
    {
        var move = new ModelTransition(run, from, to, at, actor, epoch, note);
        run.Transitions.Add(move);
        Transitions.Add(move);
    }

    public ModelUsageDay? UsageDay(string id) => usage.GetValueOrDefault(id);

    /// <summary>The customer's day, with today's limits where it is new.</summary>
    public ModelUsageDay OpenUsageDay(ModelCustomer customer, string id, LocalDate date)
    {
        if (usage.TryGetValue(id, out var known))
        {
            return known;
        }
        var day = new ModelUsageDay
        {
            UsageId = id,
            Customer = customer,
            Date = date,
            DailyLimit = customer.Current?.MaxPipelinesPerDay,
            MonthlyLimit = customer.Current?.MaxPipelinesPerMonth,
            ConcurrentLimit = customer.Current?.MaxConcurrentPipelines,
        };
        usage.Add(id, day);
        customer.Usage.Add(date, day);
        return day;
    }

    /// <summary>Fires unless the same is firing already.</summary>
    public void Alert(string rule, string subject, string customerId, string message, Instant now)
    {
        if (!Alerts.Exists(alert => alert.ResolvedAt is null && alert.Rule == rule && alert.Subject == subject))
        {
            Alerts.Add(new ModelAlert(rule, subject, customerId, message, now));
        }
    }

    public void Resolve(string rule, string subject, Instant now)
    {
        foreach (var alert in Alerts)
        {
            if (alert.ResolvedAt is null && alert.Rule == rule && alert.Subject == subject)
            {
                alert.ResolvedAt = now;
            }
        }
    }

    private void Enlist(ModelPipeline pipeline)
    {
        if (pipeline is { IsActive: true, NextRunTime: not null })
        {
            Due.Add(pipeline);
        }
        Sort(pipeline);
    }

    private void Enlist(ModelItem item)
    {
        if (item.State == ModelItemState.Queued)
        {
            item.Customer.Waiting[item.Priority].Add(item);
        }
        if (item.State == ModelItemState.Processing)
        {
            item.Customer.Leases.Add(item);
            Leases.Add(item);
        }
        if (item.CompletedAt is null)
        {
            item.Pipeline.Open.Add(item);
            item.Pipeline.ParkedCount += item.IsParked ? 1 : 0;
        }
        else
        {
            Finished.Add(item);
        }
        Sort(item.Pipeline);
    }

    private void Withdraw(ModelItem item)
    {
        item.Customer.Waiting[item.Priority].Remove(item);
        if (item.State == ModelItemState.Processing)
        {
            item.Customer.Leases.Remove(item);
            Leases.Remove(item);
        }
        if (item.CompletedAt is null)
        {
            item.Pipeline.Open.Remove(item);
            item.Pipeline.ParkedCount -= item.IsParked ? 1 : 0;
        }
        else
        {
            Finished.Remove(item);
        }
        Sort(item.Pipeline);
    }

    private void Sort(ModelPipeline pipeline)
    {
        Keep(Parked, pipeline.HasParked);
        Keep(Retired, !pipeline.IsActive && pipeline.Open.Count > 0);

        void Keep(SortedDictionary<string, ModelPipeline> list, bool belongs)
        {
            if (belongs)
            {
                list[pipeline.ConfigId] = pipeline;
            }
            else
            {
                list.Remove(pipeline.ConfigId);
            }
        }
    }
}
