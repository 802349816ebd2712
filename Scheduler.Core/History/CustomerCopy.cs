using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>A customer as it stands, column by column.</summary>
internal sealed record CustomerCopy
{
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }
    public required string AdminEmail { get; init; }
    public required string TenantDatasetId { get; init; }
    public required string Status { get; init; }
    public required string SubscriptionPlan { get; init; }
    public required string Timezone { get; init; }
    public required string? StripeCustomerId { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required string? TrialStartDate { get; init; }
    public required string? TrialEndDate { get; init; }
    public required string SupportTier { get; init; }
    public required string? BillingEmail { get; init; }
    public required string? PhoneNumber { get; init; }
    public required string DataResidency { get; init; }
    public required bool RequiresHipaa { get; init; }
    public required bool RequiresSoc2 { get; init; }
    public required string? Notes { get; init; }

    /// <summary>Reads the current row.</summary>
    public static CustomerCopy From(SqlRow row) =>
        new()
        {
            CustomerId = row.Text("customer_id"),
            CompanyName = row.Text("company_name"),
            AdminEmail = row.Text("admin_email"),
            TenantDatasetId = row.Text("tenant_dataset_id"),
            Status = row.Text("status"),
            SubscriptionPlan = row.Text("subscription_plan"),
            Timezone = row.Text("timezone"),
            StripeCustomerId = row.TextOrNull("stripe_customer_id"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            TrialStartDate = row.TextOrNull("trial_start_date"),
            TrialEndDate = row.TextOrNull("trial_end_date"),
            SupportTier = row.Text("support_tier"),
            BillingEmail = row.TextOrNull("billing_email"),
            PhoneNumber = row.TextOrNull("phone_number"),
            DataResidency = row.Text("data_residency"),
            RequiresHipaa = row.Bool("requires_hipaa"),
            RequiresSoc2 = row.Bool("requires_soc2"),
            Notes = row.TextOrNull("notes"),
        };
}
