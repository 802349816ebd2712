using System.Globalization;
using System.Text.Json;
using NodaTime;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>One row of a result: cells are <c>f[i].v</c>, scalars are text, timestamps whole microseconds since 1970.</summary>
internal sealed class BigQueryRow(IReadOnlyDictionary<string, int> columns) : SqlRow
{
    private JsonElement cells;

    /// <summary>All rows of a result.</summary>
    /// <param name="pages">In their order; the first one with a schema names the columns.</param>
    /// <param name="map">Reads one row; the row is only valid meanwhile.</param>
    public static List<T> Map<T>(IReadOnlyList<BigQueryResult> pages, Func<SqlRow, T> map)
    {
        var columns = pages
            .Select(page => page.Schema)
            .FirstOrDefault(schema => schema is not null)
            ?.Fields.Index()
            .ToDictionary(field => field.Item.Name, field => field.Index);
        var mapped = new List<T>();
        if (columns is null)
        {
            return mapped;
        }
        var row = new BigQueryRow(columns);
        foreach (var page in pages)
        {
            foreach (var cells in page.Rows ?? [])
            {
                row.MoveTo(cells);
                mapped.Add(map(row));
            }
        }
        return mapped;
    }

    public void MoveTo(JsonElement row) => cells = row.GetProperty("f");

    public override bool IsNull(string column) => Cell(column).ValueKind == JsonValueKind.Null;

    /// <remarks>A repeated column is a JSON list, as the other engines store it.</remarks>
    public override string Text(string column)
    {
        var cell = Cell(column);
        return cell.ValueKind == JsonValueKind.Array
            ? JsonSerializer.Serialize(cell.EnumerateArray().Select(item => item.GetProperty("v").GetString()))
            : cell.GetString()!;
    }

    public override long Int64(string column) => long.Parse(Text(column), CultureInfo.InvariantCulture);

    public override double Double(string column) => double.Parse(Text(column), CultureInfo.InvariantCulture);

    public override bool Bool(string column) => bool.Parse(Text(column));

    public override Instant At(string column) => Microseconds.FromMicroseconds(Int64(column));

    public override byte[] Bytes(string column) => Convert.FromBase64String(Text(column));

    private JsonElement Cell(string column) =>
        columns.TryGetValue(column, out var index)
            ? cells[index].GetProperty("v")
            : throw new ArgumentException($"The result has no column '{column}'.", nameof(column));
}
