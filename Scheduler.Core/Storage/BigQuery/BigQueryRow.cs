using System.Globalization;
using System.Text.Json;
using NodaTime;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>One row of a result: cells are <c>f[i].v</c>, scalars are text, timestamps whole microseconds since 1970.</summary>
internal sealed class BigQueryRow(IReadOnlyDictionary<string, int> columns) : SqlRow
{
    private JsonElement cells;

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
