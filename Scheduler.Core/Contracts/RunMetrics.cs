namespace Scheduler.Core.Contracts;

/// <summary>What an execution measured about itself.</summary>
public sealed record RunMetrics
{
    public long DurationMs { get; init; }
    public long RowsRead { get; init; }
    public long RowsWritten { get; init; }
    public long BytesRead { get; init; }
}
