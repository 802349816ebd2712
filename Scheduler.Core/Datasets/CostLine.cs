using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>One normalised line, before lines with the same <see cref="LineHash"/> are merged. Columns as in <c>cost_daily</c>.</summary>
public sealed record CostLine
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
    public required decimal BilledCost { get; init; }
    public required decimal EffectiveCost { get; init; }
    public decimal? ListCost { get; init; }
    public decimal? ContractedCost { get; init; }
    public decimal? PricingQuantity { get; init; }
    public string? PricingUnit { get; init; }
    public required string BillingCurrency { get; init; }
    public required bool IsEstimated { get; init; }
    public string? Tags { get; init; }

    /// <summary>Unmapped source fields, one JSON member (<c>"name":"value"</c>) a line.</summary>
    public string? Extra { get; init; }
}
