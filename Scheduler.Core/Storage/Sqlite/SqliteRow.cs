using Microsoft.Data.Sqlite;
using NodaTime;

namespace Scheduler.Core.Storage.Sqlite;

internal sealed class SqliteRow(SqliteDataReader reader) : SqlRow
{
    public override bool IsNull(string column) => reader.IsDBNull(reader.GetOrdinal(column));

    public override string Text(string column) => reader.GetString(reader.GetOrdinal(column));

    public override long Int64(string column) => reader.GetInt64(reader.GetOrdinal(column));

    public override double Double(string column) => reader.GetDouble(reader.GetOrdinal(column));

    public override Instant At(string column) => Microseconds.FromMicroseconds(Int64(column));

    public override byte[] Bytes(string column) => reader.GetFieldValue<byte[]>(reader.GetOrdinal(column));
}
