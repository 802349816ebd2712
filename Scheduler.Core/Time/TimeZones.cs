using System.Collections.Frozen;
using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>The time zones that a schedule may be read in: the ids of the IANA database, exactly as written there.</summary>
public static class TimeZones
{
    private static readonly IDateTimeZoneProvider Tzdb = DateTimeZoneProviders.Tzdb;

    // The provider also makes zones up for texts like UTC+05:30; only the database's own ids are taken here.
    private static readonly FrozenSet<string> Ids = Tzdb.Ids.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> IdsInAnyCase = Tzdb.Ids.ToFrozenDictionary(
        id => id,
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Finds a zone by its id, for example <c>Europe/Berlin</c> or <c>UTC</c>. Case matters.</summary>
    public static TimeZoneResult Find(string? id)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            return new TimeZoneResult.Unknown("A time zone is required: an IANA id such as 'UTC' or 'Europe/Berlin'.");
        }
        if (Ids.Contains(id))
        {
            return new TimeZoneResult.Found(Tzdb[id]);
        }
        return new TimeZoneResult.Unknown(
            IdsInAnyCase.TryGetValue(id.Trim(), out var meant)
                ? $"{CustomerText.Quote(id)} is not an IANA time zone id. Did you mean '{meant}'?"
                : $"{CustomerText.Quote(id)} is not an IANA time zone id; write one such as 'UTC' or 'Europe/Berlin'."
        );
    }
}
