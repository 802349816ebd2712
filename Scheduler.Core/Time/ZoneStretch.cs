using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>
/// A stretch of instants in which a zone's offset does not change, with the wall times a schedule may fire at in it.
/// </summary>
/// <remarks>
/// <code>
/// forward (gap):      ..., 01:59 | 03:00, ...    GapFrom 02:00, LocalStart = From 03:00
/// back (overlap):     ..., 01:59 | 01:00, ...    before: Until 02:00 (01:00 without the first pass)
///                                                after:  From 01:00 (02:00 without the second pass)
/// </code>
/// </remarks>
internal readonly struct ZoneStretch
{
    /// <summary>Where searching begins and ends. Inside what every engine and DateTime can hold in any offset.</summary>
    public static readonly Instant Earliest = Instant.FromUtc(1, 1, 3, 0, 0);

    /// <inheritdoc cref="Earliest"/>
    public static readonly Instant Latest = Instant.FromUtc(9999, 12, 28, 0, 0);

    private readonly Schedule _schedule;
    private readonly Offset _offset;
    private readonly LocalDateTime _localStart;
    private readonly LocalDateTime _gapFrom;

    private ZoneStretch(Schedule schedule, Instant instant)
    {
        _schedule = schedule;
        var zone = schedule.Zone;
        var interval = zone.GetZoneInterval(instant);
        _offset = interval.WallOffset;
        Start = interval.HasStart ? Instant.Max(interval.Start, Earliest) : Earliest;
        End = interval.HasEnd ? Instant.Min(interval.End, Latest) : Latest;
        var before = Start > Earliest ? zone.GetZoneInterval(Start - Duration.Epsilon).WallOffset : _offset;
        var after = End < Latest ? zone.GetZoneInterval(End).WallOffset : _offset;
        _localStart = LocalAt(Start, _offset);
        _gapFrom = before < _offset ? LocalAt(Start, before) : _localStart;
        From = before > _offset && !schedule.RunsInSecondPass ? LocalAt(Start, before) : _localStart;
        Until = LocalAt(End, after < _offset && !schedule.RunsInFirstPass ? after : _offset);
    }

    public Instant Start { get; }

    /// <summary>The first instant after the stretch.</summary>
    public Instant End { get; }

    /// <summary>The first wall time that may fire here.</summary>
    public LocalDateTime From { get; }

    /// <summary>The first wall time after <see cref="From"/> that may no longer fire here.</summary>
    public LocalDateTime Until { get; }

    /// <summary>True when <see cref="Start"/> is a run for wall times that the gap before it swallowed.</summary>
    public bool StartsWithGapRun =>
        _gapFrom < _localStart
        && _schedule.RunsAfterGap
        && _schedule.Cron.WallTimes.AtOrBefore(LastMinuteBefore(_localStart), _gapFrom) is not null;

    /// <param name="schedule">Whose zone and policy.</param>
    /// <param name="instant">From <see cref="Earliest"/> to <see cref="Latest"/>.</param>
    public static ZoneStretch Around(Schedule schedule, Instant instant) => new(schedule, instant);

    /// <summary>The first whole minute that may fire here and is later than the instant.</summary>
    public LocalDateTime FirstMinuteAfter(Instant instant)
    {
        if (instant < Start)
        {
            return FirstMinuteFrom(From);
        }
        var next = Truncated(LocalAt(instant, _offset)).PlusMinutes(1);
        return next < From ? FirstMinuteFrom(From) : next;
    }

    /// <summary>The last whole minute that may fire here and is not later than the instant.</summary>
    public LocalDateTime LastMinuteUpTo(Instant instant)
    {
        var last = LastMinuteBefore(Until);
        return instant >= End ? last : LocalDateTime.Min(last, Truncated(LocalAt(instant, _offset)));
    }

    public Instant ToInstant(LocalDateTime wallTime) => wallTime.WithOffset(_offset).ToInstant();

    private static LocalDateTime LocalAt(Instant instant, Offset offset) => instant.WithOffset(offset).LocalDateTime;

    private static LocalDateTime Truncated(LocalDateTime time) => time.With(TimeAdjusters.TruncateToMinute);

    // Offsets were not always whole minutes: a stretch can begin and end between two of them.
    private static LocalDateTime FirstMinuteFrom(LocalDateTime time) =>
        Truncated(time) is var minute && minute < time ? minute.PlusMinutes(1) : minute;

    private static LocalDateTime LastMinuteBefore(LocalDateTime time) => Truncated(time.PlusNanoseconds(-1));
}
