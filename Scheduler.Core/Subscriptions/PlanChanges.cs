using System.Diagnostics;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Quotas;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Subscriptions;

/// <summary>Shows and changes what a customer has subscribed to.</summary>
public sealed class PlanChanges(
    SubscriptionStore store,
    CustomerStore customers,
    CachedApiKeyDirectory keys,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    private const int MostHistory = 100;

    /// <summary>Null when there is no such customer, or none of its subscriptions is current.</summary>
    public async Task<SubscriptionResponse?> GetAsync(string customerId, CancellationToken cancellationToken)
    {
        var all = await store.ListAsync(customerId, MostHistory + 1, cancellationToken);
        return all is not [{ SupersededAt: null } current, ..]
            ? null
            : new SubscriptionResponse
            {
                CustomerId = customerId,
                Current = current,
                MaxApiKeys = PlanCatalog.TryFind(current.PlanName, out var plan) ? plan.MaxApiKeys : 0,
                History = [.. all.Skip(1)],
            };
    }

    public async Task<SubscriptionResult> ChangeAsync(
        string customerId,
        UpdateSubscriptionRequest change,
        bool isAdmin,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (
            await customers.StandingAsync(customerId, cancellationToken) is not { } standing
            || await GetAsync(customerId, cancellationToken) is not { Current: var current } subscription
        )
        {
            return new SubscriptionResult.NoSuchCustomer();
        }
        var plan = PlanOf(change, current);
        var now = await clock.ReadAsync(cancellationToken);
        var next = SubscriptionChange.Next(current, change, plan, isAdmin, now.InUtc().Date);
        if (next == current)
        {
            return new SubscriptionResult.Done(subscription);
        }
        var refused = await store.SwitchAsync(
            customerId,
            current.SubscriptionId,
            next with
            {
                SubscriptionId = ids.NewId(now),
            },
            plan.MaxApiKeys,
            UsageDay.Of(customerId, standing.Timezone, now).Date,
            new AuditStamp(ids.NewId(now), actor),
            now,
            cancellationToken
        );
        keys.Forget(customerId);
        signal.Raise();
        return refused switch
        {
            [] => new SubscriptionResult.Done((await GetAsync(customerId, cancellationToken))!),
            _ when refused.Contains(SubscriptionStore.ChangedMeanwhile) => new SubscriptionResult.ChangedMeanwhile(),
            _ => new SubscriptionResult.UseExceeds(refused),
        };
    }

    /// <summary>A plan that is not in the catalogue any more allows nothing but a change to one that is.</summary>
    private static Plan PlanOf(UpdateSubscriptionRequest change, SubscriptionRecord current) =>
        change.PlanName is { } wanted
            ? PlanCatalog.TryFind(Wire.Name(wanted), out var found)
                ? found
                : throw new UnreachableException()
            : PlanCatalog.TryFind(current.PlanName, out var same)
                ? same
                : new Plan(current.PlanName, 0, 0, 0, 0, 0, 0);
}
