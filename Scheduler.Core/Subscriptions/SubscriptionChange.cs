using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Quotas;

namespace Scheduler.Core.Subscriptions;

/// <summary>Decides what follows a subscription. Pure.</summary>
public static class SubscriptionChange
{
    /// <summary>The subscription that takes the place of the current one; itself when nothing changes.</summary>
    /// <param name="current">As it stands.</param>
    /// <param name="change">What is asked for.</param>
    /// <param name="plan">The plan that it leads to.</param>
    /// <param name="isAdmin">Whether limits and dates are given by hand.</param>
    /// <param name="today">The UTC date.</param>
    public static SubscriptionRecord Next(
        SubscriptionRecord current,
        UpdateSubscriptionRequest change,
        Plan plan,
        bool isAdmin,
        LocalDate today
    )
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(plan);
        // A customer whose subscription is over buys a new one by naming a plan; one that owes money does not get rid of it so.
        var begins = !isAdmin && change.PlanName is not null && IsOver(current, today);
        var limits = begins || plan.Name != current.PlanName ? WithLimitsOf(current, plan, isAdmin) : current;
        return limits with
        {
            PlanName = plan.Name,
            Status = begins ? SubscriptionStatus.Active : change.Status ?? current.Status,
            MaxTeamMembers = Limit(change.MaxTeamMembers, limits.MaxTeamMembers),
            MaxProviders = Limit(change.MaxProviders, limits.MaxProviders),
            MaxPipelinesPerDay = Limit(change.MaxPipelinesPerDay, limits.MaxPipelinesPerDay),
            MaxPipelinesPerMonth = Limit(change.MaxPipelinesPerMonth, limits.MaxPipelinesPerMonth),
            MaxConcurrentPipelines = Limit(change.MaxConcurrentPipelines, limits.MaxConcurrentPipelines),
            SubscriptionStartDate = begins ? today : current.SubscriptionStartDate,
            SubscriptionEndDate = begins ? null : change.SubscriptionEndDate ?? current.SubscriptionEndDate,
            TrialEndDate = change.TrialEndDate ?? current.TrialEndDate,
            BillingCycle = change.BillingCycle ?? current.BillingCycle,
            AutoRenew = change.AutoRenew ?? current.AutoRenew,
            CancellationReason = begins ? null : change.CancellationReason ?? current.CancellationReason,
        };
    }

    private static bool IsOver(SubscriptionRecord current, LocalDate today) =>
        current.Status is SubscriptionStatus.Expired or SubscriptionStatus.Cancelled
        || (current.Status == SubscriptionStatus.Trial && current.TrialEndDate < today)
        || (
            current.Status is SubscriptionStatus.Active or SubscriptionStatus.Trial
            && current.SubscriptionEndDate < today
        );

    /// <summary>
    /// The plan's limits. One that the operator had set by hand is not lifted by a customer's change of plan: the lower one holds.
    /// </summary>
    private static SubscriptionRecord WithLimitsOf(SubscriptionRecord current, Plan plan, bool isAdmin)
    {
        PlanCatalog.TryFind(current.PlanName, out var before);
        int? Limit(int? now, Func<Plan, int?> of) =>
            isAdmin || before is null || now == of(before) ? of(plan) : Lower(now, of(plan));
        return current with
        {
            MaxTeamMembers = Limit(current.MaxTeamMembers, it => it.MaxTeamMembers),
            MaxProviders = Limit(current.MaxProviders, it => it.MaxProviders),
            MaxPipelinesPerDay = Limit(current.MaxPipelinesPerDay, it => it.MaxPipelinesPerDay),
            MaxPipelinesPerMonth = Limit(current.MaxPipelinesPerMonth, it => it.MaxPipelinesPerMonth),
            MaxConcurrentPipelines = Limit(current.MaxConcurrentPipelines, it => it.MaxConcurrentPipelines),
        };
    }

    private static int? Lower(int? one, int? other) =>
        one is { } first && other is { } second ? Math.Min(first, second) : one ?? other;

    private static int? Limit(int? asked, int? otherwise) =>
        asked switch
        {
            null => otherwise,
            < 0 => null,
            _ => asked,
        };
}
