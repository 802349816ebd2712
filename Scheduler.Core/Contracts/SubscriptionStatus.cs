namespace Scheduler.Core.Contracts;

/// <summary>How a subscription stands. ACTIVE and TRIAL let pipelines run.</summary>
[WireCase(upper: true)]
public enum SubscriptionStatus
{
    Active,
    Trial,
    Expired,
    Suspended,
    Cancelled,
    PastDue,
}
