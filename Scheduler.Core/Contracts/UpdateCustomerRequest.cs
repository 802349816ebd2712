using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>
/// Body of PUT /api/v1/customers/{id}. A field that is left out stays as it is; empty text clears billing_email,
/// phone_number and notes.
/// </summary>
public sealed record UpdateCustomerRequest
{
    [Text(1, 200)]
    public string? CompanyName { get; init; }

    [Text(3, 320), EmailAddress(ErrorMessage = "Must be an e-mail address.")]
    public string? AdminEmail { get; init; }

    [Text(0, 320), OptionalEmail]
    public string? BillingEmail { get; init; }

    [Text(0, 40)]
    public string? PhoneNumber { get; init; }

    /// <summary>IANA zone in which the quota days and months turn over, from now on.</summary>
    [Text(1, 64)]
    public string? Timezone { get; init; }

    public SupportTier? SupportTier { get; init; }

    public DataResidency? DataResidency { get; init; }

    public bool? RequiresHipaa { get; init; }

    public bool? RequiresSoc2 { get; init; }

    [Text(0, 4000, Multiline = true)]
    public string? Notes { get; init; }

    /// <summary>With the admin key only. SUSPENDED and CANCELLED stop everything at once.</summary>
    public CustomerStatus? Status { get; init; }
}
