using Scheduler.Core.Contracts;

namespace Scheduler.Core.Runs;

/// <summary>Why a run was skipped (the column <c>reason</c>).</summary>
[WireCase(upper: true)]
public enum SkipReason
{
    QuotaDaily,
    QuotaMonthly,
    Overlap,
    Misfire,
    Paused,
    Suspended,
    SubscriptionEnded,
    Cancelled,
}
