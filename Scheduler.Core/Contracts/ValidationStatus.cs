namespace Scheduler.Core.Contracts;

/// <summary>What is known of a credential's secret. PENDING and VALID may run.</summary>
[WireCase(upper: true)]
public enum ValidationStatus
{
    /// <summary>New or rotated; nothing ran with it yet.</summary>
    Pending,

    /// <summary>A run with it succeeded.</summary>
    Valid,

    /// <summary>The provider refused it; only a new secret changes that.</summary>
    Invalid,
    Expired,
}
