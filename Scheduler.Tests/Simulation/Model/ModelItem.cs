using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A run's place in the queue. Changed through its store only: its place in every order depends on what it holds.</summary>
internal sealed class ModelItem
{
    /// <summary>Of one priority: who has waited longest first.</summary>
    public static readonly IComparer<ModelItem> ByWait = Comparer<ModelItem>.Create(
        (one, other) =>
            First(
                one.VisibleAt.CompareTo(other.VisibleAt),
                one.ScheduledTime.CompareTo(other.ScheduledTime),
                one.CreatedAt.CompareTo(other.CreatedAt),
                one.Order.CompareTo(other.Order)
            )
    );

    public static readonly IComparer<ModelItem> ByTime = Comparer<ModelItem>.Create(
        (one, other) =>
            First(
                one.ScheduledTime.CompareTo(other.ScheduledTime),
                one.CreatedAt.CompareTo(other.CreatedAt),
                one.Order.CompareTo(other.Order)
            )
    );

    public static readonly IComparer<ModelItem> ByExpiry = Comparer<ModelItem>.Create(
        (one, other) =>
            First(
                one.LeaseExpiresAt!.Value.CompareTo(other.LeaseExpiresAt!.Value),
                string.CompareOrdinal(one.QueueId, other.QueueId)
            )
    );

    public static readonly IComparer<ModelItem> ByEnd = Comparer<ModelItem>.Create(
        (one, other) =>
            First(one.CompletedAt!.Value.CompareTo(other.CompletedAt!.Value), one.Order.CompareTo(other.Order))
    );

    public required string QueueId { get; init; }

    /// <summary>The how many-th item that was ever made.</summary>
    public required long Order { get; init; }
    public required ModelRun Run { get; init; }
    public required long Priority { get; init; }
    public required Instant CreatedAt { get; init; }
    public ModelItemState State { get; set; }
    public required Instant VisibleAt { get; set; }
    public string? WorkerId { get; set; }
    public long LeaseEpoch { get; set; }
    public string? LeaseToken { get; set; }
    public Instant? LeaseExpiresAt { get; set; }
    public long LeaseLosses { get; set; }
    public Instant? CancelRequestedAt { get; set; }
    public Instant? CompletedAt { get; set; }

    public ModelPipeline Pipeline => Run.Pipeline;
    public ModelCustomer Customer => Run.Pipeline.Customer;
    public Instant ScheduledTime => Run.ScheduledTime;

    /// <summary>Waits behind an earlier run of its pipeline, not for a time.</summary>
    public bool IsParked => State == ModelItemState.Queued && VisibleAt == Microseconds.Never;

    /// <summary>Stands in nobody's way.</summary>
    public bool IsBackfill => Priority == 0;

    /// <summary>Comes after everybody's live work: a backfill in its first hour.</summary>
    public bool Yields(Instant now) => IsBackfill && VisibleAt > now - Duration.FromHours(1);

    public bool IsClaimable(Instant now) => State == ModelItemState.Queued && VisibleAt <= now;

    public bool IsHeldUnder(string token) => State == ModelItemState.Processing && LeaseToken == token;

    /// <summary>One more for every ten minutes waited, ten at most.</summary>
    public long AgedPriority(Instant now) => Priority + Math.Min(10, (now.Micros() - VisibleAt.Micros()) / 600_000_000);

    private static int First(params ReadOnlySpan<int> orders)
    {
        foreach (var order in orders)
        {
            if (order != 0)
            {
                return order;
            }
        }
        return 0;
    }
}
