using System.Globalization;
using System.Text.Json.Nodes;

namespace Scheduler.Tests.Support;

/// <summary>One form for what the providers write differently.</summary>
internal static class DatasetText
{
    public static string Number(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>A flat document with its members in order.</summary>
    public static string Json(string text) =>
        new JsonObject(
            JsonNode
                .Parse(text)!
                .AsObject()
                .OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))
        ).ToJsonString();
}
