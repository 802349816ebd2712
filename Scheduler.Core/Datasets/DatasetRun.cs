using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>One execution as the customer's dataset remembers it.</summary>
public sealed record DatasetRun
{
    public required string PipelineLoggingId { get; init; }
    public required string PipelineId { get; init; }
    public required string RunId { get; init; }
    public required string Status { get; init; }
    public required string TriggerType { get; init; }
    public required Instant StartTime { get; init; }
    public required Instant EndTime { get; init; }
    public DayWindow? Window { get; init; }
    public required long RowsRead { get; init; }
    public required long RowsDeleted { get; init; }
    public required long RowsWritten { get; init; }
    public string? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
}
