using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Storage;

/// <summary>The customers' subscriptions: one current row each, the others are the history.</summary>
public sealed class SubscriptionStore(ISqlEngine engine)
{
    /// <summary>The refusal of a switch whose expected row was not current any more.</summary>
    public const string ChangedMeanwhile = "CHANGED_MEANWHILE";

    /// <summary>The current one first, then the superseded ones, newest first.</summary>
    public Task<IReadOnlyList<SubscriptionRecord>> ListAsync(
        string customerId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("subscriptions", "list"),
            new SqlArguments().With("customerId", customerId).With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>
    /// Puts a subscription in the place of the expected one, with the profile's plan and today's limits. Empty when it did;
    /// otherwise everything that the use exceeds, or <see cref="ChangedMeanwhile"/>, and nothing was written.
    /// </summary>
    public Task<IReadOnlyList<string>> SwitchAsync(
        string customerId,
        string expectedId,
        SubscriptionRecord next,
        int maxApiKeys,
        LocalDate today,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("subscriptions", "switch"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("expectedId", expectedId)
                .With("subscriptionId", next.SubscriptionId)
                .With("planName", next.PlanName)
                .With("status", Wire.Name(next.Status))
                .With("maxTeamMembers", next.MaxTeamMembers)
                .With("maxProviders", next.MaxProviders)
                .With("maxPipelinesPerDay", next.MaxPipelinesPerDay)
                .With("maxPipelinesPerMonth", next.MaxPipelinesPerMonth)
                .With("maxConcurrentPipelines", next.MaxConcurrentPipelines)
                .With("maxApiKeys", maxApiKeys)
                .With("startDate", next.SubscriptionStartDate)
                .With("endDate", next.SubscriptionEndDate)
                .With("trialEndDate", next.TrialEndDate)
                .With("billingCycle", next.BillingCycle is { } cycle ? Wire.Name(cycle) : null)
                .With("autoRenew", next.AutoRenew)
                .With("cancellationReason", next.CancellationReason)
                .With("today", today)
                .With("monthStart", UsageMonth.Of(today).First)
                .With("monthEnd", UsageMonth.Of(today).Last)
                .With(stamp)
                .With("now", now),
            row => row.Text("reason"),
            cancellationToken
        );

    private static SubscriptionRecord Map(SqlRow row) =>
        new()
        {
            SubscriptionId = row.Text("subscription_id"),
            PlanName = row.Text("plan_name"),
            Status = row.Word<SubscriptionStatus>("status"),
            MaxTeamMembers = (int?)row.Int64OrNull("max_team_members"),
            MaxProviders = (int?)row.Int64OrNull("max_providers"),
            MaxPipelinesPerDay = (int?)row.Int64OrNull("max_pipelines_per_day"),
            MaxPipelinesPerMonth = (int?)row.Int64OrNull("max_pipelines_per_month"),
            MaxConcurrentPipelines = (int?)row.Int64OrNull("max_concurrent_pipelines"),
            SubscriptionStartDate = Date(row, "subscription_start_date") ?? default,
            SubscriptionEndDate = Date(row, "subscription_end_date"),
            TrialEndDate = Date(row, "trial_end_date"),
            BillingCycle = row.WordOrNull<BillingCycle>("billing_cycle"),
            AutoRenew = row.IsNull("auto_renew") ? null : row.Bool("auto_renew"),
            CancellationReason = row.TextOrNull("cancellation_reason"),
            CreatedAt = row.At("created_at"),
            SupersededAt = row.AtOrNull("superseded_at"),
        };

    private static LocalDate? Date(SqlRow row, string column) =>
        row.TextOrNull(column) is { } text ? LocalDatePattern.Iso.Parse(text).Value : null;
}
