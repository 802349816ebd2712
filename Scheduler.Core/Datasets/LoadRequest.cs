using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>One replacement of days of a table.</summary>
public sealed record LoadRequest
{
    public required DatasetId Dataset { get; init; }
    public required WindowKey Key { get; init; }
    public LoadTable Table { get; init; }

    /// <summary>The days to replace; null means every day that stands under the key (an empty source that covers nothing).</summary>
    public required DayWindow? Window { get; init; }

    /// <summary>The parts of the window that were read, where that is not all of it; only their days are replaced.</summary>
    public IReadOnlyList<DayWindow>? Parts { get; init; }
    public required LoadFence Fence { get; init; }
    public required LoadGuards Guards { get; init; }
    public required StagedLines Staged { get; init; }
    public required string RunId { get; init; }
    public required string TemplateVersion { get; init; }
    public required Instant IngestedAt { get; init; }

    /// <summary>How far the source has been read, by mark: kept with the load, for the next run.</summary>
    public IReadOnlyDictionary<string, string> Watermarks { get; init; } = new Dictionary<string, string>();

    /// <summary>Makes the run's row, which is committed with the load; its counts are the load's own.</summary>
    public required Func<RunRecord> Record { get; init; }

    /// <summary>The days to replace, or null for every day that stands.</summary>
    internal IEnumerable<LocalDate>? Days => Parts?.SelectMany(part => part.Days()) ?? Window?.Days();
}
