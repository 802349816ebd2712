using System.Globalization;
using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>A run's record as the scripts take it.</summary>
internal sealed record RunRow
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
    public LocalDate? WindowFrom { get; init; }
    public LocalDate? WindowTo { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required int Attempt { get; init; }
    public required long LeaseEpoch { get; init; }
    public required string TriggerType { get; init; }
    public required string Worker { get; init; }
    public required string Status { get; init; }
    public ErrorType? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
    public required Instant StartTime { get; init; }
    public required Instant EndTime { get; init; }
    public required long DurationMs { get; init; }
    public required int Pages { get; init; }
    public required long BytesRead { get; init; }
    public required long RowsRead { get; init; }

    /// <summary>All of its places.</summary>
    public string? BilledTotal { get; init; }
    public string? Currency { get; init; }
    public string? SchemaFingerprint { get; init; }

    /// <summary>JSON.</summary>
    public string? Parameters { get; init; }
    public long? HttpCalls { get; init; }
    public long? WaitMs { get; init; }
    public long? BytesBilled { get; init; }

    /// <summary>JSON.</summary>
    public string? WatermarkBefore { get; init; }

    /// <summary>JSON.</summary>
    public string? WatermarkAfter { get; init; }

    public static RunRow Of(RunRecord record) =>
        new()
        {
            PipelineLoggingId = record.PipelineLoggingId,
            PipelineId = record.PipelineId,
            RunId = record.RunId,
            ConfigId = record.ConfigId,
            Provider = record.Provider,
            Domain = record.Domain,
            Template = record.Template,
            TemplateVersion = record.TemplateVersion,
            SourceAccountId = record.SourceAccountId,
            WindowFrom = record.Window?.From,
            WindowTo = record.Window?.To,
            ScheduledTime = record.ScheduledTime,
            Attempt = record.Attempt,
            LeaseEpoch = record.LeaseEpoch,
            TriggerType = record.TriggerType,
            Worker = record.Worker,
            Status = record.Status,
            ErrorType = record.ErrorType,
            ErrorMessage = record.ErrorMessage,
            StartTime = record.StartTime,
            EndTime = record.EndTime,
            DurationMs = record.DurationMs,
            Pages = record.Pages,
            BytesRead = record.BytesRead,
            RowsRead = record.RowsRead,
            BilledTotal = record.BilledTotal?.ToString(CultureInfo.InvariantCulture),
            Currency = record.Currency,
            SchemaFingerprint = record.SchemaFingerprint,
            Parameters = record.Parameters,
            HttpCalls = record.HttpCalls,
            WaitMs = record.WaitMs,
            BytesBilled = record.BytesBilled,
            WatermarkBefore = record.WatermarkBefore,
            WatermarkAfter = record.WatermarkAfter,
        };
}
