using Microsoft.Data.Sqlite;
using NodaTime;

namespace Scheduler.Core.Storage.Sqlite;

internal sealed class SqliteRow(SqliteDataReader reader) : SqlRow
{
    private readonly Dictionary<string, int> ordinals = [];

    public override bool IsNull(string column) => reader.IsDBNull(Ordinal(column));

    public override string Text(string column) => reader.GetString(Ordinal(column));

    public override long Int64(string column) => reader.GetInt64(Ordinal(column));

    public override double Double(string column) => reader.GetDouble(Ordinal(column));

    public override Instant At(string column) => Microseconds.FromMicroseconds(Int64(column));

    public override byte[] Bytes(string column) => reader.GetFieldValue<byte[]>(Ordinal(column));

    /// <summary>The columns of another result set follow.</summary>
    public void Reset() => ordinals.Clear();

    private int Ordinal(string column)
    {
        if (!ordinals.TryGetValue(column, out var ordinal))
        {
            ordinal = reader.GetOrdinal(column);
            ordinals.Add(column, ordinal);
        }
        return ordinal;
    }
}
