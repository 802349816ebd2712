using System.Globalization;
using NodaTime;
using Scheduler.Core.Quotas;
using Scheduler.Core.Time;
using Scheduler.Tests.Time;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>
/// What ought to have happened, kept apart from the product: which schedule each pipeline had when, by a second and independent reading
/// of schedules; when its customer could run; and which passes of the trigger came to their end.
/// </summary>
internal sealed class Expectations(Instant start, Instant end)
{
    private readonly Dictionary<string, (string CustomerId, List<PipelineVersion> Versions)> pipelines = new(
        StringComparer.Ordinal
    );
    private readonly Dictionary<string, List<(Instant From, bool Runnable)>> standings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> zones = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> plans = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string, DstPolicy), List<Instant>> occurrences = [];

    /// <summary>By what time each completed pass of the trigger decided, in their order.</summary>
    public SortedSet<Instant> Passes { get; } = [];

    private readonly Dictionary<Instant, Instant> passEnds = [];

    /// <summary>A pass of the trigger that decided by one instant has come to its end at another.</summary>
    public void Passed(Instant decided, Instant ended)
    {
        Passes.Add(decided);
        passEnds[decided] = ended;
    }

    /// <summary>When a pass came to its end: what changed before may have come before its writing.</summary>
    public Instant EndOf(Instant pass) => passEnds.GetValueOrDefault(pass, pass);

    public IEnumerable<string> ConfigIds => pipelines.Keys;

    public void Onboarded(CustomerPlan customer, Instant at)
    {
        standings[customer.Id] = [(at, true)];
        zones[customer.Id] = customer.Zone;
        plans[customer.Id] = [customer.Plan];
    }

    /// <summary>The day that an instant falls on where the customer is, as it is written.</summary>
    public string DayOf(string customerId, Instant at) =>
        at.InZone(DateTimeZoneProviders.Tzdb[zones[customerId]])
            .Date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);

    public void Stands(string customerId, bool runnable, Instant from) => standings[customerId].Add((from, runnable));

    public void Buys(string customerId, string plan) => plans[customerId].Add(plan);

    public void Configured(string customerId, string configId, PipelinePlan? plan, Instant at)
    {
        if (!pipelines.TryGetValue(configId, out var known))
        {
            pipelines[configId] = known = (customerId, []);
        }
        known.Versions.Add(new PipelineVersion(at, plan));
    }

    /// <summary>Every plan that the customer has ever had, the last one being its own now.</summary>
    public IReadOnlyList<string> PlansOf(string customerId) => plans[customerId];

    /// <summary>By the largest plan that the customer ever had; null without a limit, 0 of a plan that nobody offers.</summary>
    public int? MostOf(string customerId, Func<Plan, int?> limit)
    {
        var limits = PlansOf(customerId)
            .Select(name => PlanCatalog.TryFind(name, out var plan) ? limit(plan) : 0)
            .ToList();
        return limits.Contains(null) ? null : limits.Max();
    }

    public string CustomerOf(string configId) => pipelines[configId].CustomerId;

    public IReadOnlyList<PipelineVersion> VersionsOf(string configId) => pipelines[configId].Versions;

    public PipelineVersion? VersionAt(string configId, Instant at) =>
        pipelines.TryGetValue(configId, out var known) ? known.Versions.FindLast(version => version.From <= at) : null;

    public bool IsRunnable(string customerId, Instant at) =>
        standings[customerId].FindLast(standing => standing.From <= at).Runnable;

    /// <summary>Whether the customer could run at every moment between two instants.</summary>
    public bool IsRunnableThroughout(string customerId, Instant from, Instant to) =>
        IsRunnable(customerId, from)
        && standings[customerId]
            .TrueForAll(standing => standing.Runnable || standing.From < from || standing.From > to);

    /// <summary>The occurrences of a schedule after one instant and up to another, by the plain walk over every minute.</summary>
    public IReadOnlyList<Instant> Occurrences(PipelinePlan plan, Instant after, Instant upTo)
    {
        var all = All(plan);
        var first = all.BinarySearch(after);
        first = first < 0 ? ~first : first + 1;
        var end = all.BinarySearch(upTo);
        end = end < 0 ? ~end : end + 1;
        return all[first..Math.Max(first, end)];
    }

    public bool IsOccurrence(PipelinePlan plan, Instant at) => All(plan).BinarySearch(at) >= 0;

    /// <summary>Walked once for all questions about a schedule.</summary>
    private List<Instant> All(PipelinePlan plan)
    {
        var key = (plan.Cron, plan.Zone, plan.Dst);
        if (!occurrences.TryGetValue(key, out var all))
        {
            var walk = new MinuteWalk(plan.Cron, DateTimeZoneProviders.Tzdb[plan.Zone], plan.Dst);
            occurrences[key] = all = walk.Between(start - Duration.FromDays(1), end + Duration.FromDays(1));
        }
        return all;
    }
}
