using NodaTime;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// Who is served next. Between customers a fair round: the one with the lowest turn first, an item raises it by one, and who comes
/// (back) joins where the round stands. Within a customer the aged priority, then who has waited longest.
/// </summary>
internal sealed class ModelClaiming(ModelStore store)
{
    private const int MostJoining = 2000;

    // How long an item of a pipeline that is off, or whose pause is nearly over, stays out of the way at least.
    private static readonly Duration LeastHold = Duration.FromMinutes(5);

    /// <summary>Leases up to <paramref name="count"/> items to the claims, which share them out in their order.</summary>
    /// <param name="visit">Most customers to look at.</param>
    public IReadOnlyList<ModelRow> Claim(
        Instant now,
        IReadOnlyList<ModelRecord> claims,
        long count,
        long visit,
        Duration lease
    )
    {
        Join(now);
        var visits = Ready().Take((int)visit).Select(customer => new Visit(customer, customer.FreeSlots(now))).ToList();
        var most = Math.Min(count, 2 + count / Math.Max(1, visits.Count(it => it.Slots > 0)));
        foreach (var it in visits.Where(it => it.Slots > 0))
        {
            it.Best = Best(it.Customer, most, now);
        }
        foreach (var it in visits)
        {
            it.IsHeld = Hold(it, now);
        }
        var taken = Choose(visits, count, most, now, lease, claims);
        foreach (var it in visits.Where(it => it.Taken > 0))
        {
            CountRunning(it.Customer, now);
        }
        foreach (var it in visits)
        {
            Leave(it, now);
        }
        var more =
            taken.Count < count && Shares().Any(customer => customer.Share!.IsReady || customer.Share.ReadyAt <= now);
        return taken.Count == 0
            ? [Nothing(more)]
            :
            [
                .. taken
                    .OrderBy(it => it.Nth)
                    .ThenBy(it => it.Item.ScheduledTime)
                    .ThenBy(it => it.Item.QueueId, StringComparer.Ordinal)
                    .Select(it => Row(it.Item, it.Nth, more)),
            ];
    }

    /// <summary>When the next customer may be served: at once while somebody is in the round.</summary>
    public Instant? NextVisible() =>
        Shares().Any(customer => customer.Share!.IsReady)
            ? Instant.FromUnixTimeTicks(0)
            : Shares().Select(customer => (Instant?)customer.Share!.ReadyAt).Min();

    /// <summary>Brings those back who have visible work and a free slot; how many wait for the next claim then.</summary>
    public long Wake(string? customerId, Instant now)
    {
        foreach (var customer in Shares().Where(customer => customerId is null || customer.CustomerId == customerId))
        {
            if (!customer.Share!.IsReady && customer.FreeSlots(now) > 0 && customer.HasVisible(now))
            {
                customer.LookAt(now);
            }
        }
        return Shares().Count(customer => !customer.Share!.IsReady && customer.Share.ReadyAt <= now);
    }

    private IEnumerable<ModelCustomer> Shares() => store.Customers.Values.Where(customer => customer.Share is not null);

    private IEnumerable<ModelCustomer> Ready() =>
        Shares()
            .Where(customer => customer.Share!.IsReady)
            .OrderBy(customer => customer.Share!.Turn)
            .ThenBy(customer => customer.CustomerId, StringComparer.Ordinal);

    /// <summary>Who comes into the round has no claim on the rounds it sat out.</summary>
    private void Join(Instant now)
    {
        var ready = Shares()
            .Where(customer => customer.Share!.IsReady)
            .Select(customer => (long?)customer.Share!.Turn)
            .Min();
        var round = ready ?? Shares().Select(customer => (long?)customer.Share!.Turn).Max() ?? 0;
        var joining = Shares().Where(customer => !customer.Share!.IsReady && customer.Share.ReadyAt <= now);
        foreach (var customer in joining.OrderBy(customer => customer.Share!.ReadyAt).Take(MostJoining).ToList())
        {
            customer.Share!.IsReady = true;
            customer.Share.Turn = Math.Max(customer.Share.Turn, round);
        }
    }

    /// <summary>The first of every priority, brought into the order in which they are served.</summary>
    private static List<ModelItem> Best(ModelCustomer customer, long most, Instant now)
    {
        var best = new List<ModelItem>();
        foreach (var level in customer.Waiting)
        {
            best.AddRange(level.TakeWhile(item => item.VisibleAt <= now).Take((int)most));
        }
        return
        [
            .. best.OrderBy(item => item.Yields(now))
                .ThenByDescending(item => item.AgedPriority(now))
                .ThenBy(item => item, ModelItem.ByWait),
        ];
    }

    /// <summary>
    /// Items of pipelines that are paused or off step out of the way, all of a pipeline's at once; their customer is served at the next
    /// look, because they may have hidden better ones.
    /// </summary>
    private bool Hold(Visit visit, Instant now)
    {
        var standing = visit
            .Best.Select(item => item.Pipeline)
            .Where(pipeline => !pipeline.IsActive || pipeline.IsPaused(now))
            .Distinct()
            .ToList();
        foreach (var pipeline in standing)
        {
            var until = now + LeastHold;
            until = pipeline.PausedUntil is { } end ? Instant.Max(end, until) : until;
            foreach (var item in pipeline.Open.Where(item => item.IsClaimable(now)).ToList())
            {
                store.Change(item, () => item.VisibleAt = until);
            }
        }
        return standing.Count > 0;
    }

    private List<(ModelItem Item, long Nth)> Choose(
        List<Visit> visits,
        long count,
        long most,
        Instant now,
        Duration lease,
        IReadOnlyList<ModelRecord> claims
    )
    {
        var line = visits
            .Where(it => !it.IsHeld)
            .SelectMany(it =>
                it.Best.Take((int)Math.Min(it.Slots, most))
                    .Select((item, place) => (Visit: it, Item: item, Nth: place + 1))
            )
            .OrderBy(it => it.Item.Yields(now))
            .ThenBy(it => it.Visit.Customer.Share!.Turn + it.Nth)
            .ThenBy(it => it.Visit.Customer.CustomerId, StringComparer.Ordinal)
            .ThenBy(it => it.Nth)
            .Take((int)count)
            .ToList();
        var taken = new List<(ModelItem, long)>();
        foreach (var (visit, item, _) in line)
        {
            var claim = claims.First(claim => claim.Get<int>("Last") >= taken.Count + 1);
            Lease(item, claim.Get<string>("WorkerId"), claim.Get<string>("Nonce"), now, now + lease);
            visit.Taken++;
            taken.Add((item, claim.Get<int>("Nth")));
        }
        return taken;
    }

    private void Lease(ModelItem item, string workerId, string nonce, Instant now, Instant until)
    {
        store.Change(
            item,
            () =>
            {
                item.State = ModelItemState.Processing;
                item.WorkerId = workerId;
                item.LeaseEpoch++;
                item.LeaseToken = $"{item.LeaseEpoch}.{nonce}";
                item.LeaseExpiresAt = until;
            }
        );
        var run = item.Run;
        if (run.State == RunState.Scheduled)
        {
            store.Move(run, RunState.Pending, now, workerId, item.LeaseEpoch, "its time came");
        }
        store.Move(run, RunState.Running, now, workerId, item.LeaseEpoch, null);
        run.StartedAt = now;
        run.WorkerId = workerId;
        run.LoggingId = $"{run.RunId}-{item.LeaseEpoch}";
        run.UpdatedAt = now;
    }

    private static void CountRunning(ModelCustomer customer, Instant now)
    {
        if (customer.Usage.Count > 0)
        {
            var day = customer.Usage.Last().Value;
            day.ConcurrentRunning = customer.LiveLeases(now);
            day.MaxConcurrentReached = Math.Max(day.MaxConcurrentReached, day.ConcurrentRunning);
        }
    }

    /// <summary>
    /// Who cannot be served now leaves the round: who may not run until somebody wakes it, who is at its cap until a lease can end, who
    /// has nothing visible until something is.
    /// </summary>
    private static void Leave(Visit visit, Instant now)
    {
        var share = visit.Customer.Share!;
        share.Turn += visit.Taken;
        var isAtCap = visit.Slots <= visit.Taken;
        share.IsReady = !isAtCap && visit.Customer.HasVisible(now);
        if (!share.IsReady)
        {
            share.ReadyAt =
                (
                    !visit.Customer.MayRun(now) ? null
                    : isAtCap ? visit.Customer.Leases.FirstOrDefault(item => item.LeaseExpiresAt > now)?.LeaseExpiresAt
                    : visit.Customer.FirstVisible
                ) ?? Microseconds.Never;
        }
    }

    private static ModelRow Nothing(bool more) => new(column => column == "more" ? more : null);

    private static ModelRow Row(ModelItem item, long nth, bool more) =>
        new(column =>
            column switch
            {
                "more" => more,
                "nth" => nth,
                "queue_id" => item.QueueId,
                "run_id" => item.Run.RunId,
                "config_id" => item.Pipeline.ConfigId,
                "customer_id" => item.Customer.CustomerId,
                "lease_epoch" => item.LeaseEpoch,
                "lease_token" => item.LeaseToken,
                "lease_expires_at" => item.LeaseExpiresAt,
                "pipeline_logging_id" => item.Run.LoggingId,
                "scheduled_time" => item.ScheduledTime,
                "visible_at" => item.VisibleAt,
                "data_interval_start" => item.Run.IntervalStart,
                "data_interval_end" => item.Run.IntervalEnd,
                "retry_attempt" => item.Run.RetryAttempt,
                "triggered_by" => item.Run.TriggeredBy,
                "lane" => item.Run.Lane,
                "parameters" => item.Run.Parameters,
                "provider" => item.Pipeline.Provider,
                "domain" => item.Pipeline.Domain,
                "pipeline_template" => item.Pipeline.Template,
                "tenant_dataset_id" => item.Customer.DatasetId,
                "credential_id" => null,
                _ => ModelRow.Unknown(column),
            }
        );

    /// <summary>One claim's look at one customer.</summary>
    private sealed class Visit(ModelCustomer customer, long slots)
    {
        public ModelCustomer Customer { get; } = customer;
        public long Slots { get; } = slots;
        public List<ModelItem> Best { get; set; } = [];
        public bool IsHeld { get; set; }
        public int Taken { get; set; }
    }
}
