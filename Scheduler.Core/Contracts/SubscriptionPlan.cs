namespace Scheduler.Core.Contracts;

/// <summary>The plans on offer, smallest first.</summary>
[WireCase(upper: true)]
public enum SubscriptionPlan
{
    Starter,
    Professional,
    Scale,
    Enterprise,
}
