using Scheduler.Core.Retry;

namespace Scheduler.Core.Contracts;

/// <summary>How one leased item ended.</summary>
public sealed record RunResult
{
    public required string QueueId { get; init; }
    public required string LeaseToken { get; init; }
    public required RunOutcome Outcome { get; init; }

    /// <summary>Required when the outcome is <c>failed</c>; UNKNOWN is assumed when it is missing.</summary>
    public ErrorType? ErrorType { get; init; }

    /// <summary>For people; cut at 2,000 characters.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Seconds the provider asked to wait before the next try; wins over the computed delay when longer.</summary>
    public double? RetryAfter { get; init; }
    public RunMetrics? Metrics { get; init; }
}
