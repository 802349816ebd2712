using NodaTime;
using Scheduler.Core.Datasets;

namespace Scheduler.Core.Pipelines.Extract;

/// <summary>What a source says has changed since it was last read.</summary>
public sealed record SourceChanges
{
    /// <summary>The earliest changed day; the window begins with it where that is earlier. Null where nothing earlier has changed.</summary>
    public LocalDate? EarliestDay { get; init; }

    /// <summary>The only days that have to be read, in order and apart; null for the whole window.</summary>
    public IReadOnlyList<DayWindow>? Parts { get; init; }

    /// <summary>How far the source will have been read, by mark. Kept in the load's own transaction, or not at all.</summary>
    public IReadOnlyDictionary<string, string> Watermarks { get; init; } = new Dictionary<string, string>();
}
