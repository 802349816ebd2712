using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Datasets;

/// <summary>One row of <c>x_meta_pipeline_runs</c>: an execution as the customer's own dataset remembers it.</summary>
public sealed record RunRecord
{
    public required string PipelineLoggingId { get; init; }
    public required string PipelineId { get; init; }
    public required string RunId { get; init; }
    public required string ConfigId { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string Template { get; init; }
    public string? TemplateVersion { get; init; }
    public string? SourceAccountId { get; init; }
    public DayWindow? Window { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required int Attempt { get; init; }
    public required long LeaseEpoch { get; init; }
    public required string TriggerType { get; init; }
    public required string Worker { get; init; }

    /// <summary>COMPLETED or FAILED.</summary>
    public required string Status { get; init; }
    public ErrorType? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
    public required Instant StartTime { get; init; }
    public required Instant EndTime { get; init; }

    /// <summary>Whole milliseconds.</summary>
    public long DurationMs => (long)(EndTime - StartTime).TotalMilliseconds;
    public long RowsRead { get; init; }
    public long BytesRead { get; init; }
    public int Pages { get; init; }

    /// <summary>Calls to the provider, tries counted; null for sources without.</summary>
    public long? HttpCalls { get; init; }

    /// <summary>Whole milliseconds spent waiting for the provider's limits.</summary>
    public long? WaitMs { get; init; }

    /// <summary>What the provider says it will bill the customer for, in bytes.</summary>
    public long? BytesBilled { get; init; }

    /// <summary>How far the source had been read before, and has been read with this load: JSON, value by mark.</summary>
    public string? WatermarkBefore { get; init; }
    public string? WatermarkAfter { get; init; }

    /// <summary>Sum of billed cost; null when the load has more than one currency.</summary>
    public decimal? BilledTotal { get; init; }
    public string? Currency { get; init; }

    /// <summary>SHA-256 over the source's column names: a new value is a changed source.</summary>
    public string? SchemaFingerprint { get; init; }

    /// <summary>The resolved parameters as JSON.</summary>
    public string? Parameters { get; init; }
    public required IReadOnlyList<StepLog> Steps { get; init; }
}
