namespace Scheduler.Core.Contracts;

public sealed record ResultsRequest
{
    public required string WorkerId { get; init; }
    public required IReadOnlyList<RunResult> Results { get; init; }
}
