using NodaTime;
using NodaTime.Text;

namespace Scheduler.Api.Endpoints;

/// <summary>Times in query strings.</summary>
internal static class QueryTime
{
    /// <summary>What would be right, as the end of a sentence that begins with the parameter's name.</summary>
    public const string Rule = "must be a time of the years 1900 to 2200 such as 2026-01-31T06:00:00Z.";

    /// <summary>Any offset is understood, since UTC is one of them.</summary>
    public static bool TryRead(string text, out Instant time)
    {
        var parsed = OffsetDateTimePattern.Rfc3339.Parse(text);
        var isRead = parsed.Success && parsed.Value.Year is >= 1900 and <= 2200;
        time = isRead ? parsed.Value.ToInstant() : default;
        return isRead;
    }
}
