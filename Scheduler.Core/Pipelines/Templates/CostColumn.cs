namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A column of <c>cost_daily</c> that templates may fill.</summary>
/// <param name="Conversions">The words of <c>as</c> that fit it.</param>
public sealed record CostColumn(string Name, bool Nullable, IReadOnlyList<Conversion> Conversions)
{
    private static readonly Conversion[] Texts = [Conversion.Text, Conversion.Upper, Conversion.Lower];
    private static readonly Conversion[] Days = [Conversion.Date, Conversion.DateYyyymmdd, Conversion.UnixDate];
    private static readonly Conversion[] Numbers = [Conversion.Decimal];
    private static readonly Conversion[] Json = [Conversion.Json];

    /// <summary>Columns that the runner itself fills.</summary>
    public static IReadOnlyList<string> OfTheRunner { get; } =
    [
        "provider",
        "domain",
        "template",
        "source_account_id",
        "x_extra",
        "line_hash",
        "run_id",
        "template_version",
        "ingested_at",
    ];

    public static IReadOnlyDictionary<string, CostColumn> All { get; } =
        new CostColumn[]
        {
            new("usage_date", false, Days),
            // Left out, it is the month of the usage date.
            new("billing_period", true, Days),
            new("billing_account_id", true, Texts),
            new("sub_account_id", true, Texts),
            new("sub_account_name", true, Texts),
            new("service_name", true, Texts),
            new("service_category", true, Texts),
            new("sku_id", true, Texts),
            new("charge_description", true, Texts),
            new("region_id", true, Texts),
            new("resource_id", true, Texts),
            new("charge_category", false, Texts),
            new("charge_class", true, Texts),
            new("billed_cost", false, Numbers),
            new("effective_cost", false, Numbers),
            new("list_cost", true, Numbers),
            new("contracted_cost", true, Numbers),
            new("pricing_quantity", true, Numbers),
            new("pricing_unit", true, Texts),
            new("billing_currency", false, Texts),
            // Left out, only the estimated rule decides.
            new("is_estimated", true, Texts),
            new("tags", true, Json),
        }.ToDictionary(column => column.Name, StringComparer.Ordinal);
}
