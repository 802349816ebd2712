using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Normalise;

/// <summary>Turns a source's rows into lines of a table, in the columns that they are staged in. Pure: the same page gives the same lines.</summary>
/// <param name="step">The template's rules.</param>
/// <param name="provider">Part of every line's identity.</param>
/// <param name="sourceAccountId">Part of every line's identity.</param>
/// <param name="today">The run's UTC day: what is not over by then may be an estimate.</param>
public sealed class LineNormaliser(
    TemplateStep.Normalise step,
    string provider,
    string sourceAccountId,
    LocalDate today
)
{
    private static readonly string[] Categories = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"];

    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);
    private SourceColumns? columns;

    /// <summary>SHA-256 over the column names of the last page, or null before the first.</summary>
    public string? Fingerprint => columns?.Fingerprint;

    /// <summary>Checks the columns of a page before its rows are asked for.</summary>
    /// <exception cref="PipelineException">SCHEMA_DRIFT that names the column.</exception>
    public void Use(ExtractPage page)
    {
        if (columns is null || !ReferenceEquals(columns.Names, page.Columns))
        {
            columns = new SourceColumns(page.Columns, step);
        }
    }

    /// <summary>One row of the page in use.</summary>
    /// <exception cref="PipelineException">SCHEMA_DRIFT that names row and column.</exception>
    public CostLine Normalise(string?[] row, long rowNumber)
    {
        var source = columns ?? throw new InvalidOperationException("No page is in use.");
        values.Clear();
        foreach (var (staged, value) in step.Table.Constants)
        {
            values[staged] = value;
        }
        foreach (var rule in step.Columns)
        {
            var cell = rule.From is null ? null : source.Cell(row, rule.From);
            var staged = StagedAs(rule);
            values[staged] = ColumnValue.Of(rule, cell, out var misfit);
            if (misfit)
            {
                throw Drift(rowNumber, staged, $"does not fit '{Contracts.Wire.Name(rule.As)}'");
            }
        }
        foreach (var column in step.Table.Columns.Values.Where(column => !column.Nullable))
        {
            if (values.GetValueOrDefault(column.Staged) is null)
            {
                throw Drift(rowNumber, column.Staged, "has no value");
            }
        }
        return Line(rowNumber, source.Extra(row));
    }

    private string StagedAs(ColumnRule rule) =>
        step.Table.Columns.TryGetValue(rule.Target, out var column) ? column.Staged : rule.Target;

    private CostLine Line(long rowNumber, string? extra)
    {
        var day = Needed<LocalDate>("usage_date", rowNumber);
        var period = (Given<LocalDate>("billing_period") ?? day).With(DateAdjusters.StartOfMonth);
        var line = new CostLine
        {
            LineHash = "",
            UsageDate = day,
            BillingPeriod = period,
            BillingAccountId = Text("billing_account_id"),
            SubAccountId = Text("sub_account_id"),
            SubAccountName = Text("sub_account_name"),
            ServiceName = Text("service_name"),
            ServiceCategory = Text("service_category"),
            SkuId = Text("sku_id"),
            ChargeDescription = Text("charge_description"),
            RegionId = Text("region_id"),
            ResourceId = Text("resource_id"),
            ChargeCategory = Category(rowNumber),
            ChargeClass = Text("charge_class"),
            BilledCost = Needed<decimal>("billed_cost", rowNumber),
            EffectiveCost = Needed<decimal>("effective_cost", rowNumber),
            ListCost = Given<decimal>("list_cost"),
            ContractedCost = Given<decimal>("contracted_cost"),
            PricingQuantity = Given<decimal>("pricing_quantity"),
            PricingUnit = Text("pricing_unit"),
            BillingCurrency = Currency(rowNumber),
            IsEstimated = IsEstimated(day, period, rowNumber),
            Tags = Text("tags"),
            Extra = extra,
        };
        return line with { LineHash = Identity(line) };
    }

    private string Identity(CostLine line) =>
        LineHash.Of(
            provider,
            sourceAccountId,
            LocalDatePattern.Iso.Format(line.UsageDate),
            LocalDatePattern.Iso.Format(line.BillingPeriod),
            line.BillingAccountId,
            line.SubAccountId,
            line.SubAccountName,
            line.ServiceName,
            line.ServiceCategory,
            line.SkuId,
            line.ChargeDescription,
            line.RegionId,
            line.ResourceId,
            line.ChargeCategory,
            line.ChargeClass,
            line.PricingUnit,
            line.BillingCurrency,
            line.Tags
        );

    private bool IsEstimated(LocalDate day, LocalDate period, long rowNumber) =>
        Text("is_estimated") switch
        {
            null => false,
            { } text when bool.TryParse(text, out var flag) => flag,
            _ => throw Drift(rowNumber, "is_estimated", "must be true or false"),
        }
        || day.PlusDays(step.SettleDays) >= today && step.SettleDays > 0
        || step.Estimated switch
        {
            EstimatedRule.Today => day >= today,
            EstimatedRule.OpenPeriod => period.PlusMonths(1) > today,
            _ => false,
        };

    private string Category(long rowNumber) =>
        Categories.FirstOrDefault(word =>
            string.Equals(word, Text("charge_category"), StringComparison.OrdinalIgnoreCase)
        ) ?? throw Drift(rowNumber, "charge_category", $"must be one of {string.Join(", ", Categories)}");

    private string Currency(long rowNumber) =>
        Text("billing_currency") is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper)
            ? currency
            : throw Drift(rowNumber, "billing_currency", "must be three upper-case letters");

    private string? Text(string target) => values.GetValueOrDefault(target) as string;

    private T? Given<T>(string target)
        where T : struct => values.GetValueOrDefault(target) as T?;

    private T Needed<T>(string target, long rowNumber)
        where T : struct => Given<T>(target) ?? throw Drift(rowNumber, target, "has no value");

    private PipelineException Drift(long rowNumber, string staged, string what)
    {
        var rule = step.Columns.FirstOrDefault(rule => StagedAs(rule) == staged);
        var target = rule?.Target ?? staged;
        return new(ErrorType.SchemaDrift, $"Row {rowNumber}, column {rule?.From ?? target} ({target}): {what}.");
    }
}
