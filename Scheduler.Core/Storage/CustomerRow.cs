using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;

namespace Scheduler.Core.Storage;

/// <summary>A profile's row, in both directions.</summary>
internal static class CustomerRow
{
    public static CustomerResponse Map(SqlRow row) =>
        new()
        {
            CustomerId = row.Text("customer_id"),
            CompanyName = row.Text("company_name"),
            AdminEmail = row.Text("admin_email"),
            TenantDatasetId = row.Text("tenant_dataset_id"),
            Status = row.Word<CustomerStatus>("status"),
            SubscriptionPlan = row.Text("subscription_plan"),
            Timezone = row.Text("timezone"),
            StripeCustomerId = row.TextOrNull("stripe_customer_id"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            TrialStartDate = row.TextOrNull("trial_start_date"),
            TrialEndDate = row.TextOrNull("trial_end_date"),
            SupportTier = row.Word<SupportTier>("support_tier"),
            BillingEmail = row.TextOrNull("billing_email"),
            PhoneNumber = row.TextOrNull("phone_number"),
            DataResidency = row.Word<DataResidency>("data_residency"),
            RequiresHipaa = row.Bool("requires_hipaa"),
            RequiresSoc2 = row.Bool("requires_soc2"),
            Notes = row.TextOrNull("notes"),
        };

    public static SqlArguments Arguments(UpdateCustomerRequest change) =>
        new SqlArguments()
            .With("companyName", change.CompanyName)
            .With("adminEmail", change.AdminEmail)
            .With("billingEmail", change.BillingEmail)
            .With("phoneNumber", change.PhoneNumber)
            .With("notes", change.Notes)
            .With("timezone", change.Timezone)
            .With("supportTier", change.SupportTier is { } tier ? Wire.Name(tier) : null)
            .With("dataResidency", change.DataResidency is { } residency ? Wire.Name(residency) : null)
            .With("requiresHipaa", change.RequiresHipaa)
            .With("requiresSoc2", change.RequiresSoc2)
            .With("status", change.Status is { } status ? Wire.Name(status) : null)
            .WithRows<string>(
                "statusFrom",
                change.Status is { } wanted ? [.. CustomerStatuses.LeadingTo(wanted).Select(Wire.Name)] : []
            );
}
