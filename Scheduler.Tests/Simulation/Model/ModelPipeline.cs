using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A customer's pipeline, its chain of data intervals and what is open of it.</summary>
internal sealed class ModelPipeline
{
    public static readonly IComparer<ModelPipeline> ByDue = Comparer<ModelPipeline>.Create(
        (one, other) =>
        {
            var order = one.NextRunTime!.Value.CompareTo(other.NextRunTime!.Value);
            return order != 0 ? order : string.CompareOrdinal(one.ConfigId, other.ConfigId);
        }
    );

    public required string ConfigId { get; init; }
    public required ModelCustomer Customer { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string Template { get; init; }
    public required string Name { get; init; }
    public required Instant CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public bool IsActive { get; set; }
    public string ScheduleType { get; set; } = "";
    public string Cron { get; set; } = "";
    public string Timezone { get; set; } = "";
    public string DstPolicy { get; set; } = "";
    public string MisfirePolicy { get; set; } = "";
    public string OverlapPolicy { get; set; } = "";
    public Instant? NextRunTime { get; set; }
    public Instant? LastRunTime { get; set; }
    public string? LastRunStatus { get; set; }
    public long Priority { get; set; }
    public string? CredentialId { get; set; }
    public string? Parameters { get; set; }
    public string? RetryConfig { get; set; }
    public long SpreadSeconds { get; set; }
    public string? NotificationEmails { get; set; }
    public string? Description { get; set; }
    public Instant? PausedUntil { get; set; }
    public string? PausedBy { get; set; }
    public string? PauseReason { get; set; }
    public long ConsecutiveFailures { get; set; }
    public Instant UpdatedAt { get; set; }

    /// <summary>Where its chain of data intervals ends; null before its first run.</summary>
    public Instant? ChainEnd { get; set; }

    /// <summary>Since when its pause is known to keep items waiting.</summary>
    public Instant? HeldSince { get; set; }

    /// <summary>Items that have not ended, in nominal order.</summary>
    public SortedSet<ModelItem> Open { get; } = new(ModelItem.ByTime);

    public bool IsPaused(Instant now) => PausedUntil > now;

    /// <summary>Whether neither its customer nor a pause keeps it from running.</summary>
    public bool CanRun(Instant now) => Customer.MayRun(now) && !IsPaused(now);

    /// <summary>How many of them are parked.</summary>
    public int ParkedCount { get; set; }

    public bool HasParked => ParkedCount > 0;

    /// <summary>Whether something that is open stands before what is parked.</summary>
    public bool HasFront => Open.Any(item => !item.IsParked && !item.IsBackfill);

    /// <param name="isNew">Told after a configuration.</param>
    public static ModelRow Row(ModelPipeline it, bool? isNew = null) =>
        new(column =>
            column switch
            {
                "config_id" => it.ConfigId,
                "customer_id" => it.Customer.CustomerId,
                "provider" => it.Provider,
                "domain" => it.Domain,
                "pipeline_template" => it.Template,
                "pipeline_name" => it.Name,
                "is_active" => it.IsActive,
                "schedule_type" => it.ScheduleType,
                "schedule_cron" => it.Cron,
                "timezone" => it.Timezone,
                "next_run_time" => it.NextRunTime,
                "last_run_time" => it.LastRunTime,
                "last_run_status" => it.LastRunStatus,
                "priority" => it.Priority,
                "credential_id" => it.CredentialId,
                "parameters" => it.Parameters,
                "retry_config" => it.RetryConfig,
                "misfire_policy" => it.MisfirePolicy,
                "overlap_policy" => it.OverlapPolicy,
                "dst_policy" => it.DstPolicy,
                "spread_seconds" => it.SpreadSeconds,
                "paused_until" => it.PausedUntil,
                "paused_by" => it.PausedBy,
                "pause_reason" => it.PauseReason,
                "consecutive_failures" => it.ConsecutiveFailures,
                "notification_emails" => it.NotificationEmails,
                "created_at" => it.CreatedAt,
                "updated_at" => it.UpdatedAt,
                "created_by" => it.CreatedBy,
                "description" => it.Description,
                "is_new" => isNew,
                _ => ModelRow.Unknown(column),
            }
        );
}
