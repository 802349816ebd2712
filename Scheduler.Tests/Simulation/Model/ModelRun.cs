using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>One attempt at one occurrence.</summary>
internal sealed class ModelRun
{
    public static readonly IComparer<ModelRun> ByTime = Comparer<ModelRun>.Create(
        (one, other) =>
        {
            var order = one.ScheduledTime.CompareTo(other.ScheduledTime);
            return order != 0 ? order : string.CompareOrdinal(one.RunId, other.RunId);
        }
    );

    public required string RunId { get; init; }
    public required ModelPipeline Pipeline { get; init; }
    public required Instant ScheduledTime { get; init; }
    public required Instant IntervalStart { get; init; }
    public required Instant IntervalEnd { get; init; }
    public required string TriggeredBy { get; init; }
    public required string Lane { get; init; }
    public required string IdempotencyKey { get; init; }
    public required long Priority { get; init; }
    public required string? Parameters { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; set; }
    public long RetryAttempt { get; init; }
    public string? ParentRunId { get; init; }
    public RunState State { get; set; }
    public SkipReason? Reason { get; set; }
    public Instant? StartedAt { get; set; }
    public Instant? EndedAt { get; set; }
    public string? LoggingId { get; set; }
    public long? DurationSeconds { get; set; }
    public string? ErrorMessage { get; set; }
    public string? ErrorType { get; set; }
    public string? WorkerId { get; set; }

    /// <summary>The day that it took a place of its customer's quota on; null where it took none.</summary>
    public ModelUsageDay? TakenOn { get; set; }

    /// <summary>Its place in the queue; null when it was skipped on the spot, or ended long ago.</summary>
    public ModelItem? Item { get; set; }

    public List<ModelTransition> Transitions { get; } = [];

    public static ModelRow Row(ModelRun run) =>
        new(column =>
            column switch
            {
                "run_id" => run.RunId,
                "config_id" => run.Pipeline.ConfigId,
                "customer_id" => run.Pipeline.Customer.CustomerId,
                "pipeline_template" => run.Pipeline.Template,
                "scheduled_time" => run.ScheduledTime,
                "data_interval_start" => run.IntervalStart,
                "data_interval_end" => run.IntervalEnd,
                "actual_start_time" => run.StartedAt,
                "actual_end_time" => run.EndedAt,
                "state" => Wire.Name(run.State),
                "reason" => run.Reason is { } reason ? Wire.Name(reason) : null,
                "pipeline_logging_id" => run.LoggingId,
                "execution_duration_seconds" => run.DurationSeconds,
                "error_message" => run.ErrorMessage,
                "error_type" => run.ErrorType,
                "retry_attempt" => run.RetryAttempt,
                "parent_run_id" => run.ParentRunId,
                "triggered_by" => run.TriggeredBy,
                "lane" => run.Lane,
                "priority" => run.Priority,
                "worker_id" => run.WorkerId,
                "created_at" => run.CreatedAt,
                "updated_at" => run.UpdatedAt,
                "queue_id" => run.Item?.QueueId,
                "visible_at" => run.Item?.VisibleAt,
                _ => ModelRow.Unknown(column),
            }
        );
}
