using System.Globalization;
using System.Text.Json;

namespace Scheduler.Api.Commands.Cli;

/// <summary>Fields of answers as texts to show; what is not there is shown as nothing.</summary>
internal static class JsonFields
{
    private const string Nothing = "";

    /// <summary>Of an object within objects, <c>run.state</c>. Control characters are blanks: the text may be anybody's.</summary>
    public static string Text(this JsonElement json, string path)
    {
        var value = json.Field(path);
        return value.ValueKind switch
        {
            JsonValueKind.String => Plain(value.GetString()!),
            JsonValueKind.Number => Number(value),
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => Nothing,
        };
    }

    /// <summary>An instant to the second.</summary>
    public static string Time(this JsonElement json, string path)
    {
        var text = json.Text(path);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point > 0 && text.EndsWith('Z') ? $"{text[..point]}Z" : text;
    }

    public static string Seconds(this JsonElement json, string path) =>
        json.Field(path) is { ValueKind: JsonValueKind.Number } value
            ? string.Create(CultureInfo.InvariantCulture, $"{value.GetDouble():0.##} s")
            : Nothing;

    public static double Amount(this JsonElement json, string path) =>
        json.Field(path) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : 0;

    public static IEnumerable<JsonElement> Entries(this JsonElement json, string path) =>
        json.Field(path) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    /// <summary>Undefined where one on the way is not there.</summary>
    public static JsonElement Field(this JsonElement json, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return default;
            }
        }
        return json;
    }

    /// <summary>A text of others must not be able to move a terminal's cursor.</summary>
    public static string Plain(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;

    private static string Number(JsonElement value) =>
        value.TryGetInt64(out var whole)
            ? whole.ToString(CultureInfo.InvariantCulture)
            : value.GetDouble().ToString("0.##", CultureInfo.InvariantCulture);
}
