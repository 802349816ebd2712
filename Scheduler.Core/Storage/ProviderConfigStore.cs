using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.ProviderConfigs;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Core.Storage;

/// <summary>The customers' defaults per provider and domain.</summary>
public sealed class ProviderConfigStore(ISqlEngine engine)
{
    /// <summary>Stores a configuration, unless the customer has one for the provider and domain.</summary>
    public async Task<ProviderConfigResult> CreateAsync(
        ProviderConfigIdentity config,
        string name,
        ProviderConfigFields fields,
        SealedSecret? webhook,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("provider_configs", "create"),
            Arguments(config, name, fields, webhook)
                .With("provider", config.Provider)
                .With("domain", config.Domain)
                .With(stamp)
                .With("now", now),
            row =>
                row.TextOrNull("refusal") switch
                {
                    null => new ProviderConfigResult.Done(Map(row)),
                    "NO_CUSTOMER" => new ProviderConfigResult.NotFound(),
                    "EXISTS" => (ProviderConfigResult)new ProviderConfigResult.Exists(),
                    var other => throw new FormatException($"Unknown refusal '{other}'."),
                },
            cancellationToken
        );

    /// <summary>A page of a customer's configurations in the order of their making, after the given one.</summary>
    public Task<IReadOnlyList<ProviderConfig>> ListAsync(
        string customerId,
        string? afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("provider_configs", "list"),
            new SqlArguments().With("customerId", customerId).With("afterId", afterId ?? "").With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>Null when the customer has no such configuration.</summary>
    public async Task<ProviderConfig?> GetAsync(
        string customerId,
        string configId,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("provider_configs", "get"),
            new SqlArguments().With("customerId", customerId).With("configId", configId),
            Map,
            cancellationToken
        );

    /// <summary>Changes what is given. Null when the customer has no such configuration.</summary>
    public async Task<ProviderConfig?> UpdateAsync(
        ProviderConfigIdentity config,
        UpdateProviderConfigRequest request,
        SealedSecret? webhook,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("provider_configs", "update"),
            Arguments(config, request.ConfigName, request, webhook)
                .With("changesSlack", webhook is not null || request.SlackWebhookUrl is "")
                .With(stamp)
                .With("now", now),
            Map,
            cancellationToken
        );

    /// <summary>A page of Slack webhooks that are not under the newest key version.</summary>
    public Task<IReadOnlyList<OutdatedSecret>> ListOutdatedAsync(
        string newestVersion,
        string? afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("provider_configs", "list_outdated"),
            new SqlArguments().With("newest", newestVersion).With("afterId", afterId ?? "").With("limit", limit),
            row => new OutdatedSecret(
                SecretBinding.SlackWebhook(row.Text("customer_id"), row.Text("config_id")),
                row.Bytes("slack_webhook_url")
            ),
            cancellationToken
        );

    /// <summary>Replaces envelopes that are still the ones that were read. Returns the ids of those that were.</summary>
    public Task<IReadOnlyList<string>> RewrapAsync(
        IReadOnlyList<RewrappedSecret> secrets,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("provider_configs", "rewrap"),
            new SqlArguments().WithRows("rows", secrets),
            row => row.Text("id"),
            cancellationToken
        );

    private static SqlArguments Arguments(
        ProviderConfigIdentity config,
        string? name,
        ProviderConfigFields fields,
        SealedSecret? webhook
    ) =>
        new SqlArguments()
            .With("configId", config.ConfigId)
            .With("customerId", config.CustomerId)
            .With("name", name)
            .With("sourceProjectId", fields.SourceProjectId)
            .With("sourceDataset", fields.SourceDataset)
            .With("sourceTable", fields.SourceTable)
            .With("notificationEmails", Json(fields.NotificationEmails))
            .With("slackWebhook", webhook?.Envelope)
            .With("slackKeyVersion", webhook?.KeyVersion)
            .With("notificationEnabled", fields.NotificationEnabled)
            .With("defaultParameters", Json(fields.DefaultParameters))
            .With("templateOverrides", Json(fields.PipelineTemplateOverrides))
            .With("scheduleEnabled", fields.ScheduleEnabled)
            .With("scheduleCron", fields.ScheduleCron)
            .With("scheduleTimezone", fields.ScheduleTimezone)
            .With("retentionDays", fields.RetentionDays)
            .With("isActive", fields.IsActive)
            .With("tags", Json(fields.Tags))
            .With("description", fields.Description);

    private static string? Json<T>(T? value)
        where T : class => value is null ? null : JsonSerializer.Serialize(value);

    private static ProviderConfig Map(SqlRow row) =>
        new()
        {
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            Provider = row.Text("provider"),
            Domain = row.Text("domain"),
            ConfigName = row.Text("config_name"),
            SourceProjectId = row.TextOrNull("source_project_id"),
            SourceDataset = row.TextOrNull("source_dataset"),
            SourceTable = row.TextOrNull("source_table"),
            NotificationEmails = row.Texts("notification_emails"),
            HasSlackWebhook = !row.IsNull("slack_webhook_url"),
            NotificationEnabled = row.Bool("notification_enabled"),
            DefaultParameters = row.JsonOrNull("default_parameters"),
            PipelineTemplateOverrides = row.JsonOrNull("pipeline_template_overrides"),
            ScheduleEnabled = row.Bool("schedule_enabled"),
            ScheduleCron = row.TextOrNull("schedule_cron"),
            ScheduleTimezone = row.TextOrNull("schedule_timezone"),
            RetentionDays = row.Int32("retention_days"),
            IsActive = row.Bool("is_active"),
            LastRunAt = row.AtOrNull("last_run_at"),
            LastSuccessAt = row.AtOrNull("last_success_at"),
            LastFailureAt = row.AtOrNull("last_failure_at"),
            ConsecutiveFailures = row.Int32("consecutive_failures"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            CreatedBy = row.Text("created_by"),
            UpdatedBy = row.TextOrNull("updated_by"),
            Tags = row.Texts("tags"),
            Description = row.TextOrNull("description"),
        };
}
