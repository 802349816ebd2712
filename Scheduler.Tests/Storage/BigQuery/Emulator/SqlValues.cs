using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>Values between ZetaSQL's form, BigQuery's REST and plain objects.</summary>
internal static class SqlValues
{
    private static readonly LocalDate Epoch = new(1970, 1, 1);

    private static readonly InstantPattern Micros = InstantPattern.CreateWithInvariantCulture(
        "uuuu-MM-dd HH:mm:ss.FFFFFF'+00'"
    );

    /// <summary>A query parameter's value, as REST sends it.</summary>
    public static ValueProto FromParameter(TypeProto type, JsonObject? sent)
    {
        if (type.TypeKind == SqlKind.Array)
        {
            // An array that is null is an empty one.
            var array = new ValueProto.Types.Array();
            array.Element.AddRange(
                (sent?["arrayValues"] as JsonArray ?? []).Select(item =>
                    FromParameter(type.ArrayType.ElementType, item as JsonObject)
                )
            );
            return new ValueProto { ArrayValue = array };
        }
        if (type.TypeKind == SqlKind.Struct)
        {
            if (sent?["structValues"] is not JsonObject values)
            {
                return new ValueProto();
            }
            var record = new ValueProto.Types.Struct();
            record.Field.AddRange(
                type.StructType.Field.Select(field =>
                    FromParameter(field.FieldType, values[field.FieldName] as JsonObject)
                )
            );
            return new ValueProto { StructValue = record };
        }
        if ((string?)sent?["value"] is not { } text)
        {
            return new ValueProto();
        }
        return type.TypeKind switch
        {
            SqlKind.Int64 => Of(long.Parse(text, CultureInfo.InvariantCulture)),
            SqlKind.Bool => Of(bool.Parse(text)),
            SqlKind.Double => new ValueProto { DoubleValue = double.Parse(text, CultureInfo.InvariantCulture) },
            SqlKind.Text => Of(text),
            SqlKind.Json => new ValueProto { JsonValue = text },
            SqlKind.Bytes => new ValueProto { BytesValue = ByteString.CopyFrom(Convert.FromBase64String(text)) },
            SqlKind.Date => new ValueProto
            {
                DateValue = Period.DaysBetween(Epoch, LocalDatePattern.Iso.Parse(text).GetValueOrThrow()),
            },
            SqlKind.Timestamp => Of(Micros.Parse(text).GetValueOrThrow()),
            _ => throw new NotSupportedException(SqlTypes.Name(type)),
        };
    }

    /// <summary>The type of a query parameter, as REST sends it.</summary>
    public static TypeProto TypeOf(JsonObject sent) =>
        (string?)sent["type"] switch
        {
            "ARRAY" => SqlTypes.ArrayOf(TypeOf(sent["arrayType"]!.AsObject())),
            "STRUCT" => StructOf(sent["structTypes"]!.AsArray()),
            { } name => SqlTypes.Parse(name),
            null => throw new FormatException("A parameter has no type."),
        };

    /// <summary>A cell of a result: <c>v</c>.</summary>
    /// <param name="exactTimes">Whether timestamps are whole microseconds, as asked for; seconds in floating text else.</param>
    public static JsonNode? ToCell(TypeProto type, ValueProto value, bool exactTimes)
    {
        switch (type.TypeKind)
        {
            case SqlKind.Array:
                return new JsonArray([
                    .. (value.ArrayValue?.Element ?? []).Select(item => new JsonObject
                    {
                        ["v"] = ToCell(type.ArrayType.ElementType, item, exactTimes),
                    }),
                ]);
            case SqlKind.Struct when value.StructValue is { } record:
                return new JsonObject
                {
                    ["f"] = new JsonArray([
                        .. record.Field.Zip(
                            type.StructType.Field,
                            (cell, field) => new JsonObject { ["v"] = ToCell(field.FieldType, cell, exactTimes) }
                        ),
                    ]),
                };
            default:
                return ToText(type, value, exactTimes);
        }
    }

    /// <summary>As tests compare values: numbers long or double, booleans 0 and 1, times microseconds, the others text.</summary>
    public static object? ToPlain(TypeProto type, ValueProto value) =>
        type.TypeKind switch
        {
            SqlKind.Array => JsonSerializer.Serialize(value.ArrayValue?.Element.Select(item => item.StringValue) ?? []),
            _ when IsNull(value) => null,
            SqlKind.Int64 => value.Int64Value,
            SqlKind.Bool => value.BoolValue ? 1L : 0L,
            SqlKind.Double => value.DoubleValue,
            SqlKind.Timestamp => At(value).Micros(),
            SqlKind.Bytes => value.BytesValue.ToByteArray(),
            SqlKind.Numeric => double.Parse(ToText(type, value, true)!, CultureInfo.InvariantCulture),
            _ => ToText(type, value, exactTimes: true),
        };

    /// <summary>What a column holds where nothing was written to it.</summary>
    public static ValueProto None(SqlColumn column) =>
        column.Type.TypeKind == SqlKind.Array ? new ValueProto { ArrayValue = new() } : new ValueProto();

    public static ValueProto Of(DateTimeOffset value) =>
        Of(Microseconds.FromMicroseconds((value - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));

    public static bool IsNull(ValueProto value) => value.ValueCase == ValueProto.ValueOneofCase.None;

    public static ValueProto Of(long value) => new() { Int64Value = value };

    public static ValueProto Of(bool value) => new() { BoolValue = value };

    public static ValueProto Of(string value) => new() { StringValue = value };

    private static ValueProto Of(Instant value)
    {
        var micros = value.Micros();
        var seconds = Math.DivRem(micros, 1_000_000, out var left);
        if (left < 0)
        {
            (seconds, left) = (seconds - 1, left + 1_000_000);
        }
        return new ValueProto
        {
            TimestampValue = new Timestamp { Seconds = seconds, Nanos = (int)left * 1000 },
        };
    }

    private static Instant At(ValueProto value) =>
        Microseconds.FromMicroseconds(value.TimestampValue.Seconds * 1_000_000 + value.TimestampValue.Nanos / 1000);

    private static string? ToText(TypeProto type, ValueProto value, bool exactTimes) =>
        IsNull(value)
            ? null
            : type.TypeKind switch
            {
                SqlKind.Int64 => value.Int64Value.ToString(CultureInfo.InvariantCulture),
                SqlKind.Bool => value.BoolValue ? "true" : "false",
                SqlKind.Double => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
                SqlKind.Text => value.StringValue,
                SqlKind.Json => value.JsonValue,
                SqlKind.Bytes => value.BytesValue.ToBase64(),
                SqlKind.Date => LocalDatePattern.Iso.Format(Epoch.PlusDays(value.DateValue)),
                SqlKind.Timestamp when exactTimes => At(value).Micros().ToString(CultureInfo.InvariantCulture),
                SqlKind.Timestamp => (At(value).Micros() / 1e6).ToString("E16", CultureInfo.InvariantCulture),
                // A little-endian number of billionths.
                SqlKind.Numeric => ((decimal)new BigInteger(value.NumericValue.Span) / 1_000_000_000m).ToString(
                    CultureInfo.InvariantCulture
                ),
                _ => throw new NotSupportedException(SqlTypes.Name(type)),
            };

    private static TypeProto StructOf(JsonArray fields)
    {
        var type = new StructTypeProto();
        type.Field.AddRange(
            fields.Select(field => new StructFieldProto
            {
                FieldName = (string)field!["name"]!,
                FieldType = TypeOf(field["type"]!.AsObject()),
            })
        );
        return new TypeProto { TypeKind = SqlKind.Struct, StructType = type };
    }
}
