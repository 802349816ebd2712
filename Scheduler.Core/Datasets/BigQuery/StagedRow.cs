using NodaTime;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>One staged line on its way to BigQuery; money is text with all of its places.</summary>
internal sealed record StagedRow
{
    public required string LineHash { get; init; }
    public required LocalDate UsageDate { get; init; }
    public required LocalDate BillingPeriod { get; init; }
    public string? BillingAccountId { get; init; }
    public string? SubAccountId { get; init; }
    public string? SubAccountName { get; init; }
    public string? ServiceName { get; init; }
    public string? ServiceCategory { get; init; }
    public string? SkuId { get; init; }
    public string? ChargeDescription { get; init; }
    public string? RegionId { get; init; }
    public string? ResourceId { get; init; }
    public required string ChargeCategory { get; init; }
    public string? ChargeClass { get; init; }
    public required string BilledCost { get; init; }
    public required string EffectiveCost { get; init; }
    public string? ListCost { get; init; }
    public string? ContractedCost { get; init; }
    public string? PricingQuantity { get; init; }
    public string? PricingUnit { get; init; }
    public required string BillingCurrency { get; init; }
    public required bool IsEstimated { get; init; }
    public string? Tags { get; init; }
    public string? Extra { get; init; }
}
