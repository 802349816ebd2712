using System.Globalization;
using Scheduler.Core.Datasets;

namespace Scheduler.Api.Tour;

/// <summary>Cost per service as a table, with a total for each currency.</summary>
internal static class CostTable
{
    public static IEnumerable<string> Render(IReadOnlyList<ServiceCost> costs)
    {
        var rows = new List<string[]> { (string[])["service", "billed", "effective", "", "rows"] };
        rows.AddRange(costs.Select(cost => Row(cost.Service, cost)));
        rows.AddRange(costs.GroupBy(cost => cost.Currency).Select(costs => Row("total", Total(costs.Key, [.. costs]))));
        return TextTable.Render(rows, 1, 2, 4);
    }

    private static ServiceCost Total(string currency, List<ServiceCost> costs) =>
        new(
            "",
            currency,
            costs.Sum(cost => cost.Billed),
            costs.Sum(cost => cost.Effective),
            costs.Sum(cost => cost.Rows)
        );

    private static string[] Row(string name, ServiceCost cost) =>
        [
            name,
            Money(cost.Billed),
            Money(cost.Effective),
            cost.Currency,
            cost.Rows.ToString("N0", CultureInfo.InvariantCulture),
        ];

    private static string Money(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);
}
