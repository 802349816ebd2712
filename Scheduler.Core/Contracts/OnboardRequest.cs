using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/customers/onboard.</summary>
public sealed record OnboardRequest
{
    /// <summary>3 to 50 letters, digits or underscores. Some are reserved: they would name a dataset of the system.</summary>
    [RegularExpression(
        @"^[a-zA-Z0-9_]{3,50}$",
        ErrorMessage = "Must be 3 to 50 characters out of a-z, A-Z, 0-9 and underscore."
    )]
    [TenantDatasetName]
    public required string CustomerId { get; init; }

    [Text(1, 200)]
    public required string CompanyName { get; init; }

    [Text(3, 320), EmailAddress(ErrorMessage = "Must be an e-mail address.")]
    public required string AdminEmail { get; init; }

    public required SubscriptionPlan SubscriptionPlan { get; init; }

    /// <summary>IANA zone in which the customer's quota days and months turn over.</summary>
    [Text(1, 64)]
    public string Timezone { get; init; } = "UTC";
}
