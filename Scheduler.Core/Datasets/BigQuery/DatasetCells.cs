using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>Cells that travel as text.</summary>
internal static class DatasetCells
{
    public static LocalDate Day(this SqlRow row, string column) =>
        LocalDatePattern.Iso.Parse(row.Text(column)).GetValueOrThrow();

    public static LocalDate? DayOrNull(this SqlRow row, string column) => row.IsNull(column) ? null : row.Day(column);

    public static decimal Money(this SqlRow row, string column) =>
        decimal.Parse(row.Text(column), NumberStyles.Float, CultureInfo.InvariantCulture);
}
