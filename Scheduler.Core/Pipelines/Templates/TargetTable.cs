using Scheduler.Core.Datasets;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A table that templates load into, and what they may fill of it.</summary>
public sealed record TargetTable
{
    private static readonly Conversion[] Texts = [Conversion.Text, Conversion.Upper, Conversion.Lower];
    private static readonly Conversion[] Days = [Conversion.Date, Conversion.DateYyyymmdd, Conversion.UnixDate];
    private static readonly Conversion[] Numbers = [Conversion.Decimal];
    private static readonly Conversion[] Json = [Conversion.Json];

    /// <summary>What costs money, per UTC day.</summary>
    public static TargetTable Costs { get; } =
        new(
            LoadTable.Costs,
            "cost_daily",
            "usage_date",
            new TargetColumn("usage_date", false, Days),
            // Left out, it is the month of the usage date.
            new TargetColumn("billing_period", true, Days),
            new TargetColumn("billing_account_id", true, Texts),
            new TargetColumn("sub_account_id", true, Texts),
            new TargetColumn("sub_account_name", true, Texts),
            new TargetColumn("service_name", true, Texts),
            new TargetColumn("service_category", true, Texts),
            new TargetColumn("sku_id", true, Texts),
            new TargetColumn("charge_description", true, Texts),
            new TargetColumn("region_id", true, Texts),
            new TargetColumn("resource_id", true, Texts),
            new TargetColumn("charge_category", false, Texts),
            new TargetColumn("charge_class", true, Texts),
            new TargetColumn("billed_cost", false, Numbers),
            new TargetColumn("effective_cost", false, Numbers),
            new TargetColumn("list_cost", true, Numbers),
            new TargetColumn("contracted_cost", true, Numbers),
            new TargetColumn("pricing_quantity", true, Numbers),
            new TargetColumn("pricing_unit", true, Texts),
            new TargetColumn("billing_currency", false, Texts),
            // Left out, only the estimated rule decides.
            new TargetColumn("is_estimated", true, Texts),
            new TargetColumn("tags", true, Json)
        );

    /// <summary>What a source of security or compliance found on a UTC day.</summary>
    public static TargetTable Findings { get; } =
        new(
            LoadTable.Findings,
            "findings_daily",
            "observed_date",
            new TargetColumn("observed_date", false, Days) { Staged = "usage_date" },
            new TargetColumn("sub_account_id", true, Texts),
            new TargetColumn("resource_id", true, Texts),
            new TargetColumn("resource_type", true, Texts) { Staged = "service_name" },
            new TargetColumn("check_id", false, Texts) { Staged = "sku_id" },
            new TargetColumn("check_name", true, Texts) { Staged = "charge_description" },
            new TargetColumn("severity", true, Texts) { Staged = "service_category" },
            new TargetColumn("state", false, Texts) { Staged = "charge_class" },
            new TargetColumn("region_id", true, Texts),
            new TargetColumn("finding_count", false, Numbers) { Staged = "billed_cost" }
        )
        {
            Constants = new Dictionary<string, object>
            {
                ["charge_category"] = "Usage",
                ["effective_cost"] = 0m,
                // No currency (ISO 4217).
                ["billing_currency"] = "XXX",
            },
        };

    private TargetTable(LoadTable table, string name, string day, params TargetColumn[] columns)
    {
        Table = table;
        Name = name;
        KeyColumns = ["provider", "domain", "template", "source_account_id", day];
        Columns = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
    }

    public static IReadOnlyList<TargetTable> All { get; } = [Costs, Findings];

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

    public LoadTable Table { get; }
    public string Name { get; }

    /// <summary>What a load replaces its rows by.</summary>
    public IReadOnlyList<string> KeyColumns { get; }
    public IReadOnlyDictionary<string, TargetColumn> Columns { get; }

    /// <summary>What stands in the staging file's other columns that must be filled.</summary>
    public IReadOnlyDictionary<string, object> Constants { get; private init; } = new Dictionary<string, object>();
}
