using Microsoft.Data.Sqlite;
using NodaTime;

namespace Scheduler.Core.Storage.Sqlite;

internal sealed class SqliteRow(SqliteDataReader reader) : SqlRow
{
    private readonly ColumnOrdinals ordinals = new(reader);

    public override bool IsNull(string column) => reader.IsDBNull(ordinals.Of(column));

    public override string Text(string column) => reader.GetString(ordinals.Of(column));

    public override long Int64(string column) => reader.GetInt64(ordinals.Of(column));

    public override double Double(string column) => reader.GetDouble(ordinals.Of(column));

    public override Instant At(string column) => Microseconds.FromMicroseconds(Int64(column));

    public override byte[] Bytes(string column) => reader.GetFieldValue<byte[]>(ordinals.Of(column));

    /// <summary>The columns of another result set follow.</summary>
    public void Reset() => ordinals.Reset();
}
