using System.ComponentModel.DataAnnotations;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Contracts;

/// <summary>How one leased item ended.</summary>
public sealed record RunResult
{
    [Text(1, 200)]
    public required string QueueId { get; init; }

    [Text(1, 200)]
    public required string LeaseToken { get; init; }
    public required RunOutcome Outcome { get; init; }

    /// <summary>Required when the outcome is <c>failed</c>; UNKNOWN is assumed when it is missing.</summary>
    public ErrorType? ErrorType { get; init; }

    /// <summary>For people; cut at 2,000 characters, of which 20,000 are taken.</summary>
    [StringLength(20_000, ErrorMessage = "Must have at most 20000 characters.")]
    public string? ErrorMessage { get; init; }

    /// <summary>0 to 604,800: seconds the provider asked to wait before the next try; wins over the computed delay when longer.</summary>
    [Range(0.0, 604_800.0)]
    public double? RetryAfter { get; init; }
    public RunMetrics? Metrics { get; init; }
}
