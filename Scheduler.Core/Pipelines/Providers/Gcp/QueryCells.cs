using System.Text.Json;
using System.Text.Json.Nodes;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>Reads cells of a query's answer: <c>{"f":[{"v":…}]}</c> in the schema's order.</summary>
internal sealed class QueryCells
{
    private const string Provider = "BigQuery";

    private readonly List<JsonElement> fields;

    /// <param name="schema">The answer's schema.</param>
    public QueryCells(JsonElement schema)
    {
        fields = [.. schema.Items(Provider, "fields")];
        Names = [.. fields.Select(field => field.Scalar(Provider, "name"))];
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>One row as cells; records and lists are JSON.</summary>
    public string?[] Row(JsonElement row)
    {
        var cells = row.Items(Provider, "f").ToList();
        return cells.Count == fields.Count
            ? [.. cells.Zip(fields, (cell, field) => Text(Value(field, cell.Field("v"))))]
            : throw JsonFields.Drift(Provider, "rows", $"rows of {fields.Count} values, one a column");
    }

    private static string? Text(JsonNode? value) =>
        value switch
        {
            null => null,
            JsonValue scalar => scalar.GetValue<string>(),
            _ => value.ToJsonString(JsonSerializerOptions.Default),
        };

    /// <summary>Scalars are text whatever their type; records and lists come wrapped.</summary>
    private static JsonNode? Value(JsonElement field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }
        if (field.TextOrNull("mode") == "REPEATED" && value.ValueKind == JsonValueKind.Array)
        {
            return new JsonArray([.. value.EnumerateArray().Select(item => Single(field, item.Field("v")))]);
        }
        return Single(field, value);
    }

    private static JsonNode? Single(JsonElement field, JsonElement value)
    {
        if (field.TextOrNull("type") is not ("RECORD" or "STRUCT"))
        {
            return value.Cell() is { } text ? JsonValue.Create(text) : null;
        }
        var members = field.Items(Provider, "fields").Zip(value.Items(Provider, "f"));
        return new JsonObject(
            members.Select(member =>
                KeyValuePair.Create(
                    member.First.Scalar(Provider, "name"),
                    Value(member.First, member.Second.Field("v"))
                )
            )
        );
    }
}
