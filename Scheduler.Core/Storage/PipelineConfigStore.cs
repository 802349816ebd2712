using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Time;

namespace Scheduler.Core.Storage;

/// <summary>The customers' pipelines.</summary>
public sealed class PipelineConfigStore(ISqlEngine engine)
{
    /// <summary>
    /// Creates the pipeline, or changes the one with the same provider, domain, template and name. Null when the customer has
    /// <paramref name="maxConfigs"/> already.
    /// </summary>
    public async Task<(PipelineConfig Config, bool IsNew)?> ConfigureAsync(
        PipelineConfig config,
        int maxConfigs,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var rows = await engine.RunAsync(
            new("pipeline_configs", "configure"),
            Arguments(config).With("maxConfigs", maxConfigs).With(stamp).With("now", now),
            row => (Config: Map(row), IsNew: row.Bool("is_new")),
            cancellationToken
        );
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>A page of a customer's pipelines in the order of their making, after the given one.</summary>
    public Task<IReadOnlyList<PipelineConfig>> ListAsync(
        string customerId,
        bool? isActive,
        string? afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("pipeline_configs", "list"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("isActive", isActive)
                .With("afterId", afterId ?? "")
                .With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>A page of all customers' pipelines, by customer, provider, domain, template and name, or by their next time.</summary>
    /// <param name="now">For what is paused; null for the database's own time.</param>
    public Task<IReadOnlyList<FoundPipeline>> SearchAsync(
        PipelineFilter filter,
        Instant? now,
        CancellationToken cancellationToken
    )
    {
        var place = new SqlArguments();
        if (filter.AfterNext is var (time, id))
        {
            place = place.With("afterTime", time).With("afterId", id);
        }
        else
        {
            var after = filter.After ?? ["", "", "", "", ""];
            place = place
                .With("afterCustomer", after[0])
                .With("afterProvider", after[1])
                .With("afterDomain", after[2])
                .With("afterTemplate", after[3])
                .With("afterName", after[4]);
        }
        return engine.RunAsync(
            filter.AfterNext is null ? new("pipeline_configs", "search") : new("pipeline_configs", "search_by_next"),
            place
                .With("provider", filter.Provider)
                .With("search", filter.Search)
                .With("state", filter.State is { } state ? Wire.Name(state) : null)
                .With("now", now)
                .With("limit", filter.Limit),
            row => new FoundPipeline(Map(row), row.Text("company_name"), row.Word<PipelineState>("state")),
            cancellationToken
        );
    }

    /// <summary>Null when the customer has no such pipeline.</summary>
    public async Task<PipelineConfig?> GetAsync(
        string customerId,
        string configId,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("pipeline_configs", "get"),
            new SqlArguments().With("customerId", customerId).With("configId", configId),
            Map,
            cancellationToken
        );

    /// <summary>Switches a pipeline off. Null when the customer has no such pipeline.</summary>
    public async Task<PipelineConfig?> DeactivateAsync(
        string customerId,
        string configId,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("pipeline_configs", "deactivate"),
            new SqlArguments().With("customerId", customerId).With("configId", configId).With(stamp).With("now", now),
            Map,
            cancellationToken
        );

    /// <summary>
    /// Pauses an active pipeline until then; ends its pause where <paramref name="until"/> is not after <paramref name="now"/>. What
    /// is switched off, or not paused, stays as it is. Null when the customer has no such pipeline.
    /// </summary>
    /// <param name="by">Who paused it; null with the end of a pause, like the reason.</param>
    public async Task<PipelineConfig?> SetPauseAsync(
        string customerId,
        string configId,
        Instant until,
        string? by,
        string? reason,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("pipeline_configs", "set_pause"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("configId", configId)
                .With("until", until)
                .With("pausedBy", by)
                .With("reason", reason)
                .With(stamp)
                .With("now", now),
            Map,
            cancellationToken
        );

    /// <summary>The customer's own parameters for a provider and domain; null where there are none.</summary>
    public async Task<JsonElement?> ProviderParametersAsync(
        string customerId,
        string provider,
        string domain,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("pipeline_configs", "provider_parameters"),
            new SqlArguments().With("customerId", customerId).With("provider", provider).With("domain", domain),
            row => row.JsonOrNull("default_parameters"),
            cancellationToken
        );

    /// <summary>Those of the customers that are there, with their own parameters for the provider and domain.</summary>
    public Task<IReadOnlyList<ImportContext>> ImportContextAsync(
        IReadOnlyList<ImportContextKey> keys,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("pipeline_configs", "import_context"),
            new SqlArguments().WithRows("rows", keys),
            row => new ImportContext(
                row.Text("customer_id"),
                row.Text("provider"),
                row.Text("domain"),
                row.JsonOrNull("default_parameters")
            ),
            cancellationToken
        );

    /// <summary>Creates and changes pipelines as <see cref="ConfigureAsync"/> does, many at once; all or nothing.</summary>
    /// <param name="rows">No two with the same customer, provider, domain, template and name.</param>
    /// <param name="maxConfigs">Of one customer; what would be more is refused row by row.</param>
    /// <param name="actor">The key's id.</param>
    /// <param name="now">The time of the import.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<ImportedRow>> ImportAsync(
        IReadOnlyList<ImportRow> rows,
        int maxConfigs,
        string actor,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("pipeline_configs", "import"),
            new SqlArguments()
                .WithRows("rows", rows)
                .With("maxConfigs", maxConfigs)
                .With("actor", actor)
                .With("now", now),
            row => new ImportedRow(
                row.Int32("nth"),
                row.Text("config_id"),
                row.Bool("is_active"),
                row.Word<ImportLineStatus>("status"),
                row.TextOrNull("refusal")
            ),
            cancellationToken
        );

    private static SqlArguments Arguments(PipelineConfig config) =>
        new SqlArguments()
            .With("configId", config.ConfigId)
            .With("customerId", config.CustomerId)
            .With("provider", config.Provider)
            .With("domain", config.Domain)
            .With("template", config.PipelineTemplate)
            .With("name", config.PipelineName)
            .With("isActive", config.IsActive)
            .With("scheduleType", Wire.Name(config.ScheduleType))
            .With("cron", config.ScheduleCron)
            .With("timezone", config.Timezone)
            .With("nextRunTime", config.NextRunTime)
            .With("priority", config.Priority)
            .With("credentialId", config.CredentialId)
            .With("parameters", config.Parameters?.GetRawText())
            .With("retryConfig", config.RetryConfig?.GetRawText())
            .With("misfirePolicy", Wire.Name(config.MisfirePolicy))
            .With("overlapPolicy", Wire.Name(config.OverlapPolicy))
            .With("dstPolicy", Wire.Name(config.DstPolicy))
            .With("spreadSeconds", config.SpreadSeconds)
            .With("notificationEmails", JsonSerializer.Serialize(config.NotificationEmails))
            .With("description", config.Description);

    private static PipelineConfig Map(SqlRow row) =>
        new()
        {
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            Provider = row.Text("provider"),
            Domain = row.Text("domain"),
            PipelineTemplate = row.Text("pipeline_template"),
            PipelineName = row.Text("pipeline_name"),
            IsActive = row.Bool("is_active"),
            ScheduleType = row.Word<ScheduleType>("schedule_type"),
            ScheduleCron = row.Text("schedule_cron"),
            Timezone = row.Text("timezone"),
            NextRunTime = row.AtOrNull("next_run_time"),
            LastRunTime = row.AtOrNull("last_run_time"),
            LastRunStatus = row.TextOrNull("last_run_status"),
            Priority = row.Int32("priority"),
            CredentialId = row.TextOrNull("credential_id"),
            Parameters = row.JsonOrNull("parameters"),
            RetryConfig = row.JsonOrNull("retry_config"),
            MisfirePolicy = row.Word<MisfirePolicy>("misfire_policy"),
            OverlapPolicy = row.Word<OverlapPolicy>("overlap_policy"),
            DstPolicy = row.Word<DstPolicy>("dst_policy"),
            SpreadSeconds = row.Int32("spread_seconds"),
            PausedUntil = row.AtOrNull("paused_until"),
            PausedBy = row.TextOrNull("paused_by"),
            PauseReason = row.TextOrNull("pause_reason"),
            ConsecutiveFailures = row.Int32("consecutive_failures"),
            NotificationEmails = row.Texts("notification_emails"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            CreatedBy = row.Text("created_by"),
            Description = row.TextOrNull("description"),
        };
}
