using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Contracts;

public sealed record PreviewOccurrence
{
    /// <summary>UTC.</summary>
    public required Instant ScheduledTime { get; init; }

    /// <summary>The same instant on the wall clock of the zone, with its offset.</summary>
    public required OffsetDateTime LocalTime { get; init; }

    /// <summary>Whether a change of clocks moved or repeated it.</summary>
    public required DstEffect Dst { get; init; }
}
