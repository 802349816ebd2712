namespace Scheduler.Core.Contracts;

/// <summary>Whether a customer is served. ACTIVE and TRIAL are.</summary>
[WireCase(upper: true)]
public enum CustomerStatus
{
    Active,
    Suspended,
    Trial,
    Cancelled,
}
