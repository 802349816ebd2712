using System.Globalization;
using NodaTime;
using Npgsql;

namespace Scheduler.Core.Storage.Postgres;

internal sealed class PostgresRow(NpgsqlDataReader reader) : SqlRow
{
    private readonly ColumnOrdinals ordinals = new(reader);

    public override bool IsNull(string column) => reader.IsDBNull(ordinals.Of(column));

    public override string Text(string column) =>
        reader.GetValue(ordinals.Of(column)) switch
        {
            string text => text,
            DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
            var other => throw new InvalidCastException($"{column} is no text but {other.GetType().Name}."),
        };

    public override long Int64(string column) => reader.GetInt64(ordinals.Of(column));

    public override double Double(string column) => reader.GetDouble(ordinals.Of(column));

    public override Instant At(string column) =>
        Instant.FromDateTimeUtc(reader.GetFieldValue<DateTime>(ordinals.Of(column)));

    public override byte[] Bytes(string column) => reader.GetFieldValue<byte[]>(ordinals.Of(column));

    public override bool Bool(string column) => reader.GetBoolean(ordinals.Of(column));

    /// <summary>The columns of another result set follow.</summary>
    public void Reset() => ordinals.Reset();
}
