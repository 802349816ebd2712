namespace Scheduler.Core.Contracts;

/// <summary>How quickly a customer is helped.</summary>
[WireCase(upper: true)]
public enum SupportTier
{
    Standard,
    Priority,
    Enterprise,
}
