using NodaTime;

namespace Scheduler.Core.Time;

/// <summary>One instant at which a schedule fires.</summary>
/// <param name="ScheduledTime">The instant.</param>
/// <param name="LocalTime">The same instant as the schedule's zone shows it, with the offset in force then.</param>
/// <param name="Dst">How a change of the clock touches it.</param>
public sealed record Occurrence(Instant ScheduledTime, OffsetDateTime LocalTime, DstEffect Dst);
