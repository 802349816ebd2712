using System.Globalization;
using NodaTime;
using Npgsql;

namespace Scheduler.Core.Storage.Postgres;

internal sealed class PostgresRow(NpgsqlDataReader reader) : SqlRow
{
    private readonly Dictionary<string, int> ordinals = [];

    public override bool IsNull(string column) => reader.IsDBNull(Ordinal(column));

    public override string Text(string column) =>
        reader.GetValue(Ordinal(column)) switch
        {
            string text => text,
            DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
            var other => throw new InvalidCastException($"{column} is no text but {other.GetType().Name}."),
        };

    public override long Int64(string column) => reader.GetInt64(Ordinal(column));

    public override double Double(string column) => reader.GetDouble(Ordinal(column));

    public override Instant At(string column) =>
        Instant.FromDateTimeUtc(reader.GetFieldValue<DateTime>(Ordinal(column)));

    public override byte[] Bytes(string column) => reader.GetFieldValue<byte[]>(Ordinal(column));

    public override bool Bool(string column) => reader.GetBoolean(Ordinal(column));

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
