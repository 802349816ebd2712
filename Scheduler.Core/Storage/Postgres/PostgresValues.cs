using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;
using NpgsqlTypes;

namespace Scheduler.Core.Storage.Postgres;

/// <summary>How values look in PostgreSQL: instants are timestamptz, dates date, lists of records one jsonb array.</summary>
internal static class PostgresValues
{
    private static readonly InstantPattern Micros = InstantPattern.CreateWithInvariantCulture(
        "uuuu-MM-ddTHH:mm:ss.ffffff'Z'"
    );

    private static readonly JsonSerializerOptions RowOptions = RowJson.Create(new InstantConverter());

    public static NpgsqlDbType TypeOf(SqlType type) =>
        type switch
        {
            SqlType.Text => NpgsqlDbType.Text,
            SqlType.Integer => NpgsqlDbType.Bigint,
            SqlType.Bool => NpgsqlDbType.Boolean,
            SqlType.Bytes => NpgsqlDbType.Bytea,
            SqlType.Instant => NpgsqlDbType.TimestampTz,
            SqlType.Date => NpgsqlDbType.Date,
            SqlType.Rows => NpgsqlDbType.Jsonb,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type of an argument."),
        };

    public static object ToParameter(object? value) =>
        value switch
        {
            null => DBNull.Value,
            Instant instant => instant.ToDateTimeUtc(),
            LocalDate date => date.ToDateOnly(),
            // The wire form of jsonb is its text, so it is sent as it was written, without a string in between.
            SqlRows rows => JsonSerializer.SerializeToUtf8Bytes(rows.Rows, rows.Type, RowOptions),
            _ => value,
        };

    private sealed class InstantConverter : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Micros.Parse(reader.GetString()!).GetValueOrThrow();

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Micros.Format(value.ToMicroseconds()));
    }
}
