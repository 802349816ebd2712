using NodaTime;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Contracts;

public sealed record RunAttemptResponse
{
    public required string RunId { get; init; }
    public required int RetryAttempt { get; init; }
    public required RunState State { get; init; }
    public Instant? ActualStartTime { get; init; }
    public Instant? ActualEndTime { get; init; }
    public ErrorType? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
}
