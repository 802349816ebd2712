using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>A plan of a customer, column by column.</summary>
internal sealed record SubscriptionCopy
{
    public required string SubscriptionId { get; init; }
    public required string CustomerId { get; init; }
    public required string PlanName { get; init; }
    public required string Status { get; init; }
    public required long? MaxTeamMembers { get; init; }
    public required long? MaxProviders { get; init; }
    public required long? MaxPipelinesPerDay { get; init; }
    public required long? MaxPipelinesPerMonth { get; init; }
    public required long? MaxConcurrentPipelines { get; init; }
    public required long? MaxStorageGb { get; init; }
    public required long? MaxApiCallsPerDay { get; init; }
    public required string? TrialStartDate { get; init; }
    public required string? TrialEndDate { get; init; }
    public required bool IsTrial { get; init; }
    public required string SubscriptionStartDate { get; init; }
    public required string? SubscriptionEndDate { get; init; }
    public required string? BillingCycle { get; init; }
    public required string? StripeSubscriptionId { get; init; }
    public required string? StripePlanId { get; init; }
    public required string? StripeStatus { get; init; }
    public required string? MonthlyPriceUsd { get; init; }
    public required string? AnnualPriceUsd { get; init; }
    public required string Currency { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }
    public required Instant? CancelledAt { get; init; }
    public required string? CancellationReason { get; init; }
    public required bool? AutoRenew { get; init; }
    public required string? NextBillingDate { get; init; }
    public required Instant? SupersededAt { get; init; }

    /// <summary>Reads the current row.</summary>
    public static SubscriptionCopy From(SqlRow row) =>
        new()
        {
            SubscriptionId = row.Text("subscription_id"),
            CustomerId = row.Text("customer_id"),
            PlanName = row.Text("plan_name"),
            Status = row.Text("status"),
            MaxTeamMembers = row.Int64OrNull("max_team_members"),
            MaxProviders = row.Int64OrNull("max_providers"),
            MaxPipelinesPerDay = row.Int64OrNull("max_pipelines_per_day"),
            MaxPipelinesPerMonth = row.Int64OrNull("max_pipelines_per_month"),
            MaxConcurrentPipelines = row.Int64OrNull("max_concurrent_pipelines"),
            MaxStorageGb = row.Int64OrNull("max_storage_gb"),
            MaxApiCallsPerDay = row.Int64OrNull("max_api_calls_per_day"),
            TrialStartDate = row.TextOrNull("trial_start_date"),
            TrialEndDate = row.TextOrNull("trial_end_date"),
            IsTrial = row.Bool("is_trial"),
            SubscriptionStartDate = row.Text("subscription_start_date"),
            SubscriptionEndDate = row.TextOrNull("subscription_end_date"),
            BillingCycle = row.TextOrNull("billing_cycle"),
            StripeSubscriptionId = row.TextOrNull("stripe_subscription_id"),
            StripePlanId = row.TextOrNull("stripe_plan_id"),
            StripeStatus = row.TextOrNull("stripe_status"),
            MonthlyPriceUsd = row.TextOrNull("monthly_price_usd"),
            AnnualPriceUsd = row.TextOrNull("annual_price_usd"),
            Currency = row.Text("currency"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            CancelledAt = row.AtOrNull("cancelled_at"),
            CancellationReason = row.TextOrNull("cancellation_reason"),
            AutoRenew = row.IsNull("auto_renew") ? null : row.Bool("auto_renew"),
            NextBillingDate = row.TextOrNull("next_billing_date"),
            SupersededAt = row.AtOrNull("superseded_at"),
        };
}
