using NodaTime;
using Scheduler.Core.Quotas;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>
/// I10, from what is left in the queue after a claim: within a customer nothing better was passed over, and between customers nobody
/// was served again and again while another one with work and room waited.
/// </summary>
internal sealed class ClaimOrder(IStoreView view, Expectations expected, Action<string, string> broken)
{
    /// <summary>A round serves each once; who comes into it may find that it has begun.</summary>
    private const int MostRounds = 2;
    private const int MostForAge = 10;
    private static readonly Duration OneForEach = Duration.FromMinutes(10);

    private readonly HashSet<(string RunId, long Epoch)> leased = [];

    /// <summary>By who waits: what each of the others was given meanwhile.</summary>
    private readonly Dictionary<string, Dictionary<string, int>> passedOver = new(StringComparer.Ordinal);

    public void AfterClaim(IReadOnlyList<ItemRow> open, Instant now)
    {
        var taken = open.Where(item => item.State == "PROCESSING" && leased.Add((item.RunId, item.LeaseEpoch)))
            .ToLookup(item => item.CustomerId);
        var left = open.Where(item => item.State == "QUEUED" && item.VisibleAt <= now)
            .ToLookup(item => item.CustomerId);
        foreach (var customer in taken)
        {
            var last = customer.MinBy(item => Rank(item, now))!;
            if (left[customer.Key].Where(item => IsBefore(item, last, now)).FirstOrDefault() is { } better)
            {
                broken("I10", $"{customer.Key}: {last.RunId} was claimed before {better.RunId}.");
            }
            passedOver.Remove(customer.Key);
        }
        CountRounds(taken, left, now);
    }

    private void CountRounds(ILookup<string, ItemRow> taken, ILookup<string, ItemRow> left, Instant now)
    {
        var leases = view.LiveLeases(now);
        foreach (var customer in left.Select(group => group.Key))
        {
            var hasRoom = leases.GetValueOrDefault(customer) < MostAtOnce(customer);
            if (!hasRoom || !expected.IsRunnable(customer, now))
            {
                passedOver.Remove(customer);
                continue;
            }
            if (taken.Contains(customer))
            {
                continue;
            }
            var others = passedOver.TryGetValue(customer, out var known) ? known : passedOver[customer] = [];
            foreach (var other in taken)
            {
                others[other.Key] = others.GetValueOrDefault(other.Key) + other.Count();
                if (others[other.Key] > MostRounds)
                {
                    broken(
                        "I10",
                        $"{customer} waits with room for it; {other.Key} was given {others[other.Key]} meanwhile."
                    );
                }
            }
        }
        foreach (var gone in passedOver.Keys.Where(customer => !left.Contains(customer)).ToList())
        {
            passedOver.Remove(gone);
        }
    }

    private int MostAtOnce(string customer) =>
        PlanCatalog.TryFind(expected.PlansOf(customer)[^1], out var plan)
            ? plan.MaxConcurrentPipelines ?? int.MaxValue
            : 0;

    private static bool IsBefore(ItemRow item, ItemRow other, Instant now) =>
        Rank(item, now).CompareTo(Rank(other, now)) > 0;

    /// <summary>The higher the sooner: priority with age, then time waited.</summary>
    private static (long Priority, Duration Waited) Rank(ItemRow item, Instant now)
    {
        var waited = now - item.VisibleAt;
        return (item.Priority + Math.Min(MostForAge, (long)(waited / OneForEach)), waited);
    }
}
