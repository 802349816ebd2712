using Scheduler.Core.Contracts;

namespace Scheduler.Core.Subscriptions;

/// <summary>What became of a change of a subscription.</summary>
public abstract record SubscriptionResult
{
    private SubscriptionResult() { }

    public sealed record Done(SubscriptionResponse Subscription) : SubscriptionResult;

    public sealed record NoSuchCustomer : SubscriptionResult;

    /// <param name="Of">What is used beyond the wanted limits: team_members, providers, api_keys, …; nothing was written.</param>
    public sealed record UseExceeds(IReadOnlyList<string> Of) : SubscriptionResult;

    /// <summary>Somebody else changed it at the same time; nothing was written.</summary>
    public sealed record ChangedMeanwhile : SubscriptionResult;
}
