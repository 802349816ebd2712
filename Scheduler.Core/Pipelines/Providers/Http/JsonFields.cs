using System.Text.Json;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>Reads the fields that an answer must have; one that is missing or of another kind is schema drift that names it.</summary>
public static class JsonFields
{
    /// <summary>An array of a JSON object.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string provider, string name) =>
        Field(json, name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray()
            : throw Drift(provider, name, "an array");

    /// <summary>An object of a JSON object.</summary>
    public static JsonElement Object(this JsonElement json, string provider, string name) =>
        Field(json, name) is { ValueKind: JsonValueKind.Object } found
            ? found
            : throw Drift(provider, name, "an object");

    /// <summary>A text or a number, as it was written.</summary>
    public static string Scalar(this JsonElement json, string provider, string name) =>
        Cell(Field(json, name)) ?? throw Drift(provider, name, "a value");

    public static bool Flag(this JsonElement json, string provider, string name) =>
        Field(json, name) switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => throw Drift(provider, name, "true or false"),
        };

    /// <summary>A text, or null when the field is absent, null or empty.</summary>
    public static string? TextOrNull(this JsonElement json, string name) =>
        Field(json, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } found
            ? found
            : null;

    /// <summary>The member, or an undefined element.</summary>
    public static JsonElement Field(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var found) ? found : default;

    /// <summary>
    /// A value as a cell: texts as they are, numbers with the digits they were written in, lists and objects as JSON.
    /// </summary>
    public static string? Cell(this JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.GetRawText(),
        };

    public static PipelineException Drift(string provider, string name, string wanted) =>
        new(ErrorType.SchemaDrift, $"{provider}: the answer's field {name} must be {wanted}.");
}
