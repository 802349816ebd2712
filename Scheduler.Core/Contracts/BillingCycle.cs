namespace Scheduler.Core.Contracts;

/// <summary>How often a subscription is paid.</summary>
[WireCase(upper: true)]
public enum BillingCycle
{
    Monthly,
    Annual,
}
