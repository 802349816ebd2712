using System.Globalization;
using NodaTime;

namespace Scheduler.Core.Audit;

/// <summary>Ids of audit rows begin with their time, as UUIDs of version 7 do: 48 bits of milliseconds, in hex.</summary>
public static class AuditIds
{
    /// <summary>Above every id.</summary>
    public const string Highest = "g";

    /// <summary>Not above any id that was made at the time or later.</summary>
    public static string LowestAt(Instant time) =>
        Math.Max(0, time.ToUnixTimeMilliseconds()).ToString("x12", CultureInfo.InvariantCulture);
}
