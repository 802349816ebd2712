using Scheduler.Core.Contracts;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>The run log's records as the parameters of its statements.</summary>
internal static class RunRecordRows
{
    public static (string Name, object? Value)[] Run(RunRecord record, LoadResult.Loaded counts) =>
        [
            ("pipeline_logging_id", record.PipelineLoggingId),
            ("pipeline_id", record.PipelineId),
            ("run_id", record.RunId),
            ("config_id", record.ConfigId),
            ("provider", record.Provider),
            ("domain", record.Domain),
            ("template", record.Template),
            ("template_version", record.TemplateVersion),
            ("source_account_id", record.SourceAccountId),
            ("window_from", record.Window?.From.ToDateOnly()),
            ("window_to", record.Window?.To.ToDateOnly()),
            ("scheduled_time", record.ScheduledTime.ToDateTimeUtc()),
            ("attempt", record.Attempt),
            ("lease_epoch", record.LeaseEpoch),
            ("trigger_type", record.TriggerType),
            ("worker", record.Worker),
            ("status", record.Status),
            ("error_type", record.ErrorType is { } type ? Wire.Name(type) : null),
            ("error_message", record.ErrorMessage),
            ("start_time", record.StartTime.ToDateTimeUtc()),
            ("end_time", record.EndTime.ToDateTimeUtc()),
            ("duration_ms", record.DurationMs),
            ("pages", record.Pages),
            ("bytes_read", record.BytesRead),
            ("rows_read", record.RowsRead),
            ("rows_deleted", counts.Deleted),
            ("rows_written", counts.Inserted),
            ("billed_total", record.BilledTotal),
            ("currency", record.Currency),
            ("schema_fingerprint", record.SchemaFingerprint),
            ("parameters", record.Parameters),
            ("http_calls", record.HttpCalls),
            ("wait_ms", record.WaitMs),
            ("bytes_billed", record.BytesBilled),
            ("days_superseded", counts.SupersededDays),
            ("watermark_before", record.WatermarkBefore),
            ("watermark_after", record.WatermarkAfter),
        ];

    public static (string Name, object? Value)[] Step(
        string pipelineLoggingId,
        StepLog step,
        LoadResult.Loaded counts
    ) =>
        [
            ("pipeline_logging_id", pipelineLoggingId),
            ("step_number", step.Number),
            ("step", step.Step),
            ("status", step.Status),
            ("start_time", step.StartedAt.ToDateTimeUtc()),
            ("end_time", step.EndedAt.ToDateTimeUtc()),
            ("duration_ms", step.DurationMs),
            ("rows_in", step.RowsIn),
            ("rows_out", step.RowsOut ?? counts.Inserted),
            ("message", step.Message),
        ];
}
