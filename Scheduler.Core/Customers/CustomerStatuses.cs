using Scheduler.Core.Contracts;

namespace Scheduler.Core.Customers;

/// <summary>Which status a customer may have before each: a trial is not gone back to from a paid life.</summary>
public static class CustomerStatuses
{
    /// <summary>The statuses that lead to <paramref name="wanted"/>, itself included: setting it again changes nothing.</summary>
    public static IReadOnlyList<CustomerStatus> LeadingTo(CustomerStatus wanted) =>
        wanted switch
        {
            // A cancelled customer can come back until it is purged.
            CustomerStatus.Active => Enum.GetValues<CustomerStatus>(),
            CustomerStatus.Trial => [CustomerStatus.Trial, CustomerStatus.Suspended],
            CustomerStatus.Suspended => [CustomerStatus.Suspended, CustomerStatus.Active, CustomerStatus.Trial],
            CustomerStatus.Cancelled => Enum.GetValues<CustomerStatus>(),
            _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Not a status."),
        };
}
