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
    public long RowsIn { get; init; }
    public long RowsOut { get; init; }
    public string? Message { get; init; }
}
