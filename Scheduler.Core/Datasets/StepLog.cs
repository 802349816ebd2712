using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>One row of <c>x_meta_step_logs</c>.</summary>
public sealed record StepLog
{
    public required int Number { get; init; }
    public required string Step { get; init; }
    public required string Status { get; init; }
    public required Instant StartedAt { get; init; }
    public required Instant EndedAt { get; init; }

    /// <summary>Whole milliseconds.</summary>
    public long DurationMs => (long)(EndedAt - StartedAt).TotalMilliseconds;
    public long RowsIn { get; init; }

    /// <summary>Null in a load's record: the rows that the load writes.</summary>
    public long? RowsOut { get; init; } = 0;
    public string? Message { get; init; }
}
