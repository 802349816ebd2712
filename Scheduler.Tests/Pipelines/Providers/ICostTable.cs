using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>A customer's <c>cost_daily</c>, wherever it lives: a new kind of dataset inherits the golden tests with one of these.</summary>
internal interface ICostTable : IAsyncDisposable
{
    /// <summary>Loads into it; null for the bench's own.</summary>
    IDatasetWriter? Writer { get; }

    /// <summary>
    /// Every row, ordered by its text: usage_date, sub_account_id, service_name, sku_id, charge_description, charge_category,
    /// billed_cost, effective_cost, billing_currency, pricing_quantity, is_estimated; null is <c>null</c>, numbers without zeros
    /// at their end, booleans True and False.
    /// </summary>
    Task<IReadOnlyList<string>> RowsAsync();
}
