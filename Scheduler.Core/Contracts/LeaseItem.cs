using System.Text.Json;
using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Contracts;

/// <summary>One leased queue item: everything a worker needs to run it without any other source.</summary>
public sealed record LeaseItem
{
    public required string QueueId { get; init; }
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }

    /// <summary><c>{customer_id}-{provider}-{domain}-{template}</c>.</summary>
    public required string PipelineId { get; init; }

    /// <summary>Names this execution in the customer's own run log; new at every claim.</summary>
    public required string PipelineLoggingId { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }

    /// <summary>The dataset that the load goes into.</summary>
    public required string TenantDatasetId { get; init; }

    /// <summary>Parameters of the run: provider config overlaid by pipeline; the template's defaults lie below them.</summary>
    public JsonElement? Parameters { get; init; }
    public required Instant ScheduledTime { get; init; }

    /// <summary>Since when the item could be claimed: when its time came, or what stood in front of it ended.</summary>
    public Instant? VisibleAt { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }

    /// <summary>0 for the first attempt, then 1, 2, …</summary>
    public required int RetryAttempt { get; init; }

    /// <summary>1 for the first attempt, then 2, 3, …</summary>
    public int Attempt => RetryAttempt + 1;

    /// <summary>The run may take so many seconds, then it is to be reported as failed with TIMEOUT; null where no template says.</summary>
    public int? Timeout { get; init; }
    public required TriggeredBy TriggeredBy { get; init; }

    /// <summary>Rises by one at every claim of the item; with the instant of the claim it fences the load.</summary>
    public required long LeaseEpoch { get; init; }

    /// <summary>Must accompany every later call about this lease.</summary>
    public required string LeaseToken { get; init; }
    public required Instant LeaseExpiresAt { get; init; }

    /// <summary>Length of the lease in seconds; renew at a third of it.</summary>
    public required int LeaseSeconds { get; init; }

    /// <summary>The customer's enveloped credential, or null when none is configured for the provider.</summary>
    public CredentialEnvelope? Credential { get; init; }

    /// <summary>The run's trace, as W3C Trace Context writes it; all attempts of an occurrence are in the same. May be absent.</summary>
    public string? Traceparent { get; init; }

    /// <summary>Customer, provider, template and attempt, as W3C Baggage writes them; for what a worker tells about the run. May be absent.</summary>
    public string? Baggage { get; init; }
}
