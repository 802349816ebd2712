using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>One run to be created.</summary>
/// <param name="ScheduledTime">Its nominal instant.</param>
/// <param name="IntervalStart">Start of the data it covers, inclusive.</param>
/// <param name="IntervalEnd">End of the data it covers, exclusive; equal to the nominal instant.</param>
/// <param name="Skip">True: it is recorded as SKIPPED with the reason MISFIRE and does not run.</param>
/// <param name="Note">For people: which other occurrences it stands for, or why it is skipped; null when neither.</param>
public sealed record PlannedOccurrence(
    Instant ScheduledTime,
    Instant IntervalStart,
    Instant IntervalEnd,
    bool Skip,
    string? Note
);
