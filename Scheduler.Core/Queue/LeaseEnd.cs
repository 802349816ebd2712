using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Queue;

/// <summary>One lease to end, with everything the script writes if the lease is still held.</summary>
public sealed record LeaseEnd
{
    public required string QueueId { get; init; }
    public required string LeaseToken { get; init; }

    /// <summary>Whose lease it is: a store that locks its customers first need not look for them.</summary>
    public required string CustomerId { get; init; }
    public required LeaseEndKind Outcome { get; init; }
    public ErrorType? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }

    /// <summary>Whether the end says something of the leased credential.</summary>
    public bool CredentialUsed { get; init; } = true;

    /// <summary>The usage row of the customer's day on which the run ended.</summary>
    public required string UsageId { get; init; }
    public required LocalDate UsageDate { get; init; }

    /// <summary>Switches the pipeline off when it has failed so many times in a row; null never does.</summary>
    public int? DisableAfter { get; init; }

    /// <summary>The retry to create; all four or none.</summary>
    public string? RetryRunId { get; init; }
    public string? RetryQueueId { get; init; }
    public Instant? RetryAt { get; init; }
    public string? RetryKey { get; init; }
}
