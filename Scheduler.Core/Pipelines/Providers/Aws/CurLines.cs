using System.Globalization;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Normalise;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>
/// Adds to the lines of a Cost and Usage Report 2.0 what a commitment really costs: its fees are spread over the usage that it covers, and
/// what was left unused stays with the fee. The sum over a commitment's term is that of the unblended costs.
/// </summary>
/// <remarks>
/// The rule for each type of line is the one that AWS documents for amortized costs,
/// <see href="https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html"/> and
/// <see href="https://docs.aws.amazon.com/cur/latest/userguide/savings-plans-columns.html"/>.
/// </remarks>
internal sealed class CurLines
{
    /// <summary>The column that is added.</summary>
    public const string EffectiveCost = "effective_cost";

    private const string Type = "line_item_line_item_type";
    private const string Unblended = "line_item_unblended_cost";

    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? known;
    private IReadOnlyList<string> columns = [];

    /// <exception cref="PipelineException">SCHEMA_DRIFT that names the column.</exception>
    public ExtractPage Complete(ExtractPage page)
    {
        if (!ReferenceEquals(known, page.Columns))
        {
            known = page.Columns;
            columns = [.. known, EffectiveCost];
            places.Clear();
            for (var place = 0; place < known.Count; place++)
            {
                places.TryAdd(known[place], place);
            }
        }
        var number = page.FirstRow;
        return page with
        {
            Columns = columns,
            Rows = [.. page.Rows.Select(row => (string?[])[.. row, Effective(row, number++)])],
        };
    }

    private string Effective(string?[] row, long number)
    {
        decimal Of(string column) => Number(row, number, column);
        var cost = Cell(row, number, Type) switch
        {
            "SavingsPlanCoveredUsage" => Of("savings_plan_savings_plan_effective_cost"),
            // What of the plan's commitment nothing has used.
            "SavingsPlanRecurringFee" => Of("savings_plan_total_commitment_to_date")
                - Of("savings_plan_used_commitment"),
            "SavingsPlanNegation" or "SavingsPlanUpfrontFee" => 0,
            "DiscountedUsage" => Of("reservation_effective_cost"),
            "RIFee" => Of("reservation_unused_amortized_upfront_fee_for_billing_period")
                + Of("reservation_unused_recurring_fee"),
            // The fee of a reservation paid upfront; other fees have no reservation.
            "Fee" when !string.IsNullOrEmpty(Cell(row, number, "reservation_reservation_a_r_n")) => 0,
            _ => Of(Unblended),
        };
        return cost.ToString(CultureInfo.InvariantCulture);
    }

    private decimal Number(string?[] row, long number, string column) =>
        Cell(row, number, column) switch
        {
            null or "" => 0,
            { } text when Conversions.Decimal(text) is { } value => value,
            _ => throw Drift(number, column, "must be a number"),
        };

    private string? Cell(string?[] row, long number, string column) =>
        places.TryGetValue(column, out var place) ? row[place] : throw Drift(number, column, "is not in the export");

    private static PipelineException Drift(long number, string column, string what) =>
        new(ErrorType.SchemaDrift, $"Row {number}: the column {column} {what}.");
}
