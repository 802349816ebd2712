using System.ComponentModel.DataAnnotations;
using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>
/// Body of PUT /api/v1/customers/{id}/subscription. A field that is left out stays as it is. A customer changes plan,
/// billing_cycle and auto_renew; the rest takes the admin key.
/// </summary>
public sealed record UpdateSubscriptionRequest
{
    /// <summary>The most a limit can be set to.</summary>
    public const int MostOfAnything = 1_000_000_000;

    /// <summary>A plan brings the limits of the catalogue with it, except for those that are given here.</summary>
    public SubscriptionPlan? PlanName { get; init; }

    public BillingCycle? BillingCycle { get; init; }

    public bool? AutoRenew { get; init; }

    public SubscriptionStatus? Status { get; init; }

    /// <summary>-1 is unlimited, here and in the other limits.</summary>
    [Range(-1, MostOfAnything)]
    public int? MaxTeamMembers { get; init; }

    [Range(-1, MostOfAnything)]
    public int? MaxProviders { get; init; }

    [Range(-1, MostOfAnything)]
    public int? MaxPipelinesPerDay { get; init; }

    [Range(-1, MostOfAnything)]
    public int? MaxPipelinesPerMonth { get; init; }

    [Range(-1, MostOfAnything)]
    public int? MaxConcurrentPipelines { get; init; }

    public LocalDate? SubscriptionEndDate { get; init; }

    public LocalDate? TrialEndDate { get; init; }

    [Text(1, 500)]
    public string? CancellationReason { get; init; }

    /// <summary>The first field that only an admin may send; null when there is none.</summary>
    public string? FirstAdminField() =>
        Status is not null ? "status"
        : MaxTeamMembers is not null ? "max_team_members"
        : MaxProviders is not null ? "max_providers"
        : MaxPipelinesPerDay is not null ? "max_pipelines_per_day"
        : MaxPipelinesPerMonth is not null ? "max_pipelines_per_month"
        : MaxConcurrentPipelines is not null ? "max_concurrent_pipelines"
        : SubscriptionEndDate is not null ? "subscription_end_date"
        : TrialEndDate is not null ? "trial_end_date"
        : CancellationReason is not null ? "cancellation_reason"
        : null;
}
