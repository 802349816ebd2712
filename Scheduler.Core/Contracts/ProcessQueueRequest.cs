using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/scheduler/process-queue; every field may be left out.</summary>
public sealed record ProcessQueueRequest
{
    /// <summary>The most that one call leases.</summary>
    public const int LargestClaim = 1000;

    /// <summary>Who asks; shown on the run. 1 to 200 characters; a name is made up when it is missing.</summary>
    [Text(1, 200)]
    public string? WorkerId { get; init; }

    public ExecutionMode Execution { get; init; } = ExecutionMode.Inline;

    /// <summary>Most items to lease, 1 to 1,000. Inline execution always takes one.</summary>
    [Range(1, LargestClaim)]
    public int MaxItems { get; init; } = 1;

    /// <summary>How long to wait for work while the queue is empty, in seconds, 0 to 60.</summary>
    [Range(0, 60)]
    public int WaitSeconds { get; init; }

    /// <summary>Inline only: how long to wait for the run's end, in seconds, 1 to 540 (the default).</summary>
    [Range(1, 540)]
    public int? MaxWaitSeconds { get; init; }
}
