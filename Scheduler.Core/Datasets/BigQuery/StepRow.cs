using NodaTime;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>A step of a run's record as the scripts take it.</summary>
/// <param name="RowsOut">Null: the rows that the load writes.</param>
internal sealed record StepRow(
    string PipelineLoggingId,
    int StepNumber,
    string Step,
    string Status,
    Instant StartTime,
    Instant EndTime,
    long DurationMs,
    long RowsIn,
    long? RowsOut,
    string? Message
)
{
    public static IReadOnlyList<StepRow> Of(RunRecord record) =>
        [
            .. record.Steps.Select(step => new StepRow(
                record.PipelineLoggingId,
                step.Number,
                step.Step,
                step.Status,
                step.StartedAt,
                step.EndedAt,
                step.DurationMs,
                step.RowsIn,
                step.RowsOut,
                step.Message
            )),
        ];
}
