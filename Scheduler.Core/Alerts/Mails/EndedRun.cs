using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>A run that has ended, its pipeline, and who wants to hear of it.</summary>
public sealed record EndedRun
{
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }

    /// <summary>Of the customer's dataset.</summary>
    public required string DatasetName { get; init; }
    public required string PipelineName { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }
    public required string Timezone { get; init; }
    public required RunState State { get; init; }
    public required string? ErrorType { get; init; }
    public required string? ErrorMessage { get; init; }
    public required Instant EndedAt { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }
    public required long? DurationSeconds { get; init; }

    /// <summary>From 0.</summary>
    public required int RetryAttempt { get; init; }

    /// <summary>Whether it is tried again: then its failure is not its pipeline's last word.</summary>
    public required bool IsRetried { get; init; }

    /// <summary>The pipeline's addresses, else those of its provider's configuration.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>What had been told of the pipeline before the page; null while it succeeds.</summary>
    public required FailingPipeline? Failing { get; init; }
}
