using System.Globalization;
using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>An instant as a list's cursor holds it: microseconds since 1970.</summary>
internal static class ListTime
{
    /// <summary>False for what no cursor holds.</summary>
    public static bool TryRead(string text, out Instant time)
    {
        var isRead =
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            && micros <= Microseconds.Never.Micros();
        time = isRead ? Microseconds.FromMicroseconds(micros) : default;
        return isRead;
    }
}
