using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>
/// How arguments travel: every value as text beside its type, lists of records as ARRAY&lt;STRUCT&gt; of the declared fields, a null as
/// a value without text.
/// </summary>
internal static class BigQueryValues
{
    private static readonly InstantPattern Micros = InstantPattern.CreateWithInvariantCulture(
        "uuuu-MM-dd HH:mm:ss.ffffff'+00'"
    );

    private static readonly JsonSerializerOptions RowOptions = RowJson.Create(new InstantConverter());

    /// <summary>The typed parameters of a script.</summary>
    /// <exception cref="ArgumentException">What is given is not what the script declares.</exception>
    public static JsonArray ToParameters(SqlStatement statement, SqlArguments arguments)
    {
        var declared = statement.Parameters.ToDictionary(parameter => parameter.Name);
        var sent = new JsonArray();
        foreach (var argument in arguments.Values)
        {
            if (!declared.Remove(argument.Name, out var parameter))
            {
                throw new ArgumentException($"The script {statement.Name} declares no parameter '{argument.Name}'.");
            }
            var type = BigQueryType.Parse(parameter.Type);
            sent.Add(
                new JsonObject
                {
                    ["name"] = argument.Name,
                    ["parameterType"] = TypeOf(type),
                    ["parameterValue"] = ValueOf(type, argument.Value, argument.Name),
                }
            );
        }
        return declared.Count == 0
            ? sent
            : throw new ArgumentException($"The script {statement.Name} is given no '{declared.Keys.First()}'.");
    }

    private static JsonObject TypeOf(BigQueryType type)
    {
        var sent = new JsonObject { ["type"] = type.Name };
        if (type.Element is { } element)
        {
            sent["arrayType"] = TypeOf(element);
        }
        if (type.Fields.Count > 0)
        {
            sent["structTypes"] = new JsonArray([
                .. type.Fields.Select(field => new JsonObject { ["name"] = field.Name, ["type"] = TypeOf(field.Type) }),
            ]);
        }
        return sent;
    }

    private static JsonObject ValueOf(BigQueryType type, object? value, string name) =>
        value switch
        {
            null => [],
            SqlRows rows => ValueOf(type, JsonSerializer.SerializeToNode(rows.Rows, rows.Type, RowOptions), name),
            _ => Text(
                (type.Name, value) switch
                {
                    ("STRING", string text) => text,
                    ("INT64", long number) => number.ToString(CultureInfo.InvariantCulture),
                    ("BOOL", bool flag) => flag ? "TRUE" : "FALSE",
                    ("BYTES", byte[] bytes) => Convert.ToBase64String(bytes),
                    ("TIMESTAMP", Instant instant) => Micros.Format(instant.ToMicroseconds()),
                    ("DATE", LocalDate date) => LocalDatePattern.Iso.Format(date),
                    _ => throw Mismatch(type, name),
                }
            ),
        };

    private static JsonObject ValueOf(BigQueryType type, JsonNode? node, string name)
    {
        if (node is null)
        {
            return [];
        }
        switch (type.Name, node)
        {
            case ("ARRAY", JsonArray array):
                return new JsonObject
                {
                    ["arrayValues"] = new JsonArray([.. array.Select(item => ValueOf(type.Element!, item, name))]),
                };
            case ("STRUCT", JsonObject record):
                var values = new JsonObject();
                foreach (var (field, fieldType) in type.Fields)
                {
                    values[field] = ValueOf(fieldType, record[field], $"{name}.{field}");
                }
                return record.FirstOrDefault(member => !values.ContainsKey(member.Key)) is { Key: { } other }
                    ? throw new ArgumentException($"'{name}' declares no field '{other}'.")
                    : new JsonObject { ["structValues"] = values };
            case ("BOOL", JsonValue flag) when flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                return Text(flag.GetValue<bool>() ? "TRUE" : "FALSE");
            case ("INT64" or "FLOAT64", JsonValue number) when number.GetValueKind() == JsonValueKind.Number:
                return Text(number.ToJsonString());
            case ("STRING" or "TIMESTAMP" or "DATE" or "BYTES", JsonValue text)
                when text.GetValueKind() == JsonValueKind.String:
                return Text(text.GetValue<string>());
            default:
                throw Mismatch(type, name);
        }
    }

    private static JsonObject Text(string text) => new() { ["value"] = text };

    private static ArgumentException Mismatch(BigQueryType type, string name) =>
        new($"'{name}' is declared as {type.Name} and given as something else.");

    private sealed class InstantConverter : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Micros.Parse(reader.GetString()!).GetValueOrThrow();

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Micros.Format(value.ToMicroseconds()));
    }
}
