using NodaTime;
using Scheduler.Core.Quotas;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A customer with everything that is its own.</summary>
internal sealed class ModelCustomer
{
    private static readonly Instant Past = Instant.FromUnixTimeTicks(0);

    public required string CustomerId { get; init; }
    public required string CompanyName { get; set; }
    public required string AdminEmail { get; set; }
    public required string DatasetId { get; init; }
    public required string Status { get; set; }
    public required string Plan { get; set; }
    public required string Timezone { get; set; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; set; }
    public string SupportTier { get; set; } = "STANDARD";
    public string DataResidency { get; set; } = "US";
    public string? BillingEmail { get; set; }
    public string? PhoneNumber { get; set; }
    public string? Notes { get; set; }
    public bool RequiresHipaa { get; set; }
    public bool RequiresSoc2 { get; set; }

    /// <summary>All of them, oldest first; at most one is current.</summary>
    public List<ModelSubscription> Subscriptions { get; } = [];

    public ModelSubscription? Current => Subscriptions.Find(subscription => subscription.SupersededAt is null);

    public SortedDictionary<string, ModelPipeline> Pipelines { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<LocalDate, ModelUsageDay> Usage { get; } = [];

    public SortedSet<ModelRun> Runs { get; } = new(ModelRun.ByTime);

    /// <summary>Queued items by priority, 0 to 10, each level in the order of time waited.</summary>
    public SortedSet<ModelItem>[] Waiting { get; } =
    [.. Enumerable.Range(0, 11).Select(_ => new SortedSet<ModelItem>(ModelItem.ByWait))];

    /// <summary>Items under a lease, in the order of its end, those that ran out unnoticed included.</summary>
    public SortedSet<ModelItem> Leases { get; } = new(ModelItem.ByExpiry);

    /// <summary>Its place in the fair round; null until something of it was queued for the first time.</summary>
    public ModelShare? Share { get; set; }

    /// <summary>When it last came back after it could not run.</summary>
    public Instant? ReturnedAt { get; set; }

    /// <summary>Since when it is known to keep items waiting.</summary>
    public Instant? HeldSince { get; set; }

    /// <summary>Until when it may run: the end of its subscription, or the beginning of time where it may not.</summary>
    public Instant RunnableUntil =>
        Status is "ACTIVE" or "TRIAL"
        && Current is { Status: "ACTIVE" or "TRIAL" } subscription
        && PlanCatalog.TryFind(subscription.PlanName, out _)
            ? Instant.Min(
                EndOf(subscription.EndDate),
                EndOf(subscription.Status == "TRIAL" ? subscription.TrialEndDate : null)
            )
            : Past;

    public bool MayRun(Instant now) => RunnableUntil > now;

    public int LiveLeases(Instant now)
    {
        var live = 0;
        foreach (var item in Leases.Reverse())
        {
            if (item.LeaseExpiresAt <= now)
            {
                break;
            }
            live++;
        }
        return live;
    }

    /// <summary>How many more may run now.</summary>
    public long FreeSlots(Instant now) =>
        MayRun(now) ? Math.Max(0, (Current!.MaxConcurrentPipelines ?? 1_000_000) - LiveLeases(now)) : 0;

    public bool HasVisible(Instant now) =>
        Array.Exists(Waiting, level => level.Min is { } first && first.VisibleAt <= now);

    public Instant? FirstVisible =>
        Waiting.Where(level => level.Count > 0).Select(level => (Instant?)level.Min!.VisibleAt).Min();

    public bool HasQueued => Array.Exists(Waiting, level => level.Count > 0);

    /// <summary>Lets the round look at the customer at that time, or earlier where it would anyway.</summary>
    public void LookAt(Instant time)
    {
        Share ??= new ModelShare { ReadyAt = time };
        Share.ReadyAt = Instant.Min(Share.ReadyAt, time);
    }

    /// <summary>The last day inclusive: until the UTC midnight after it.</summary>
    private static Instant EndOf(LocalDate? last) =>
        last is { } date ? date.PlusDays(1).AtMidnight().InUtc().ToInstant() : Microseconds.Never;
}
