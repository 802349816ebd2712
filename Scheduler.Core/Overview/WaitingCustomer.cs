using NodaTime;

namespace Scheduler.Core.Overview;

/// <summary>A customer with claimable runs.</summary>
/// <param name="Items">How many.</param>
/// <param name="Oldest">Since when the oldest is claimable.</param>
/// <param name="Cap">How many may run at once; null without a limit.</param>
/// <param name="Running">How many do.</param>
public sealed record WaitingCustomer(
    string CustomerId,
    string CompanyName,
    long Items,
    Instant Oldest,
    int? Cap,
    long Running
);
