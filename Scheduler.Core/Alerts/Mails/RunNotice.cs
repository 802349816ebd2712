using NodaTime;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>What the owners of a pipeline are told of a run.</summary>
public sealed record RunNotice
{
    public required IReadOnlyList<string> Recipients { get; init; }
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string CompanyName { get; init; }
    public required string PipelineName { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }
    public required string Timezone { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required Instant DataIntervalStart { get; init; }
    public required Instant DataIntervalEnd { get; init; }
    public required Instant EndedAt { get; init; }
    public long? DurationSeconds { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempts { get; init; }
    public string? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
    public required Instant FailingSince { get; init; }
    public required long Failures { get; init; }

    /// <summary>Null where it is not known.</summary>
    public RunFigures? Figures { get; init; }
}
