using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>
/// Steps forward over an expression's wall times and remembers the last find, so that a sparse schedule is searched
/// once and not again in every stretch of the zone on the way to it.
/// </summary>
internal struct WallTimeCursor(CronWallTimes wallTimes, LocalDateTime limit)
{
    private LocalDateTime _searchedFrom = LocalDateTime.MaxIsoValue;
    private LocalDateTime? _found;

    /// <summary>The first wall time from a whole minute on; null when there is none before the limit.</summary>
    public LocalDateTime? AtOrAfter(LocalDateTime minute)
    {
        var known = minute >= _searchedFrom && (_found is null || minute <= _found);
        if (!known)
        {
            _searchedFrom = minute;
            _found = minute < limit ? wallTimes.AtOrAfter(minute, limit) : null;
        }
        return _found;
    }
}
