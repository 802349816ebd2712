using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace Scheduler.Core.Storage.Sqlite;

/// <summary>How values look in SQLite: instants are whole microseconds, dates ISO text, booleans 0 or 1.</summary>
internal static class SqliteValues
{
    private static readonly JsonSerializerOptions RowOptions = RowJson.Create(new InstantConverter());

    public static object ToParameter(object? value) =>
        value switch
        {
            null => DBNull.Value,
            Instant instant => instant.Micros(),
            LocalDate date => LocalDatePattern.Iso.Format(date),
            bool flag => flag ? 1L : 0L,
            SqlRows rows => JsonSerializer.Serialize(rows.Rows, rows.Type, RowOptions),
            _ => value,
        };

    private sealed class InstantConverter : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Microseconds.FromMicroseconds(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Micros());
    }
}
