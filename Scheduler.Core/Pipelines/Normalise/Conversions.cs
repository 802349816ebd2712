using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;

namespace Scheduler.Core.Pipelines.Normalise;

/// <summary>The closed list of conversions. Each answers null when the text does not fit.</summary>
public static class Conversions
{
    private const NumberStyles DecimalStyle =
        NumberStyles.AllowLeadingSign
        | NumberStyles.AllowDecimalPoint
        | NumberStyles.AllowExponent
        | NumberStyles.AllowLeadingWhite
        | NumberStyles.AllowTrailingWhite;

    private static readonly string[] InstantFormats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-ddTHH:mm",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
        "yyyy-MM-ddTHH:mm'Z'",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFzz",
        "yyyy-MM-dd HH:mm:ss 'UTC'",
    ];

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The UTC day of an ISO 8601 day or instant; without an offset it is taken as UTC.</summary>
    public static LocalDate? Date(string text) =>
        DateTimeOffset.TryParseExact(
            text.Trim(),
            InstantFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant
        )
            ? LocalDate.FromDateTime(instant.UtcDateTime)
            : null;

    /// <summary>Eight digits, <c>20260131</c>.</summary>
    public static LocalDate? DateYyyymmdd(string text) =>
        DateOnly.TryParseExact(text.Trim(), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? LocalDate.FromDateOnly(day)
            : null;

    /// <summary>The UTC day of whole seconds since 1970.</summary>
    public static LocalDate? UnixDate(string text) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > -62_135_596_800 and < 253_402_300_800
            ? Instant.FromUnixTimeSeconds(seconds).InUtc().Date
            : null;

    /// <summary>Exact, with a point and, if the source writes one, an exponent. No group separators, no currency signs.</summary>
    public static decimal? Decimal(string text) =>
        decimal.TryParse(text, DecimalStyle, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>JSON with the members of its outermost object in the order of their names, so that equal tags are equal text.</summary>
    public static string? Json(string text)
    {
        try
        {
            var node = JsonNode.Parse(text);
            if (node is JsonObject members)
            {
                node = new JsonObject(
                    members
                        .OrderBy(member => member.Key, StringComparer.Ordinal)
                        .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))
                );
            }
            return node?.ToJsonString(JsonOptions);
        }
        // A doubled member name is found only when the object is walked.
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
