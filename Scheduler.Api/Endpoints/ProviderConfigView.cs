using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.ProviderConfigs;

namespace Scheduler.Api.Endpoints;

/// <summary>A stored provider configuration in the words of the API; its webhook masked.</summary>
internal static class ProviderConfigView
{
    public static ProviderConfigResponse Of(ProviderConfig config) =>
        new()
        {
            ConfigId = config.ConfigId,
            CustomerId = config.CustomerId,
            Provider = config.Provider,
            Domain = config.Domain,
            ConfigName = config.ConfigName,
            SourceProjectId = config.SourceProjectId,
            SourceDataset = config.SourceDataset,
            SourceTable = config.SourceTable,
            NotificationEmails = config.NotificationEmails,
            SlackWebhookUrl = config.HasSlackWebhook ? ProviderConfigFields.Masked : null,
            NotificationEnabled = config.NotificationEnabled,
            DefaultParameters = Members(config.DefaultParameters),
            PipelineTemplateOverrides = Members(config.PipelineTemplateOverrides),
            ScheduleEnabled = config.ScheduleEnabled,
            ScheduleCron = config.ScheduleCron,
            ScheduleTimezone = config.ScheduleTimezone,
            RetentionDays = config.RetentionDays,
            IsActive = config.IsActive,
            LastRunAt = config.LastRunAt,
            LastSuccessAt = config.LastSuccessAt,
            LastFailureAt = config.LastFailureAt,
            ConsecutiveFailures = config.ConsecutiveFailures,
            CreatedAt = config.CreatedAt,
            UpdatedAt = config.UpdatedAt,
            CreatedBy = config.CreatedBy,
            UpdatedBy = config.UpdatedBy,
            Tags = config.Tags,
            Description = config.Description,
        };

    private static Dictionary<string, JsonElement>? Members(JsonElement? json) =>
        json?.Deserialize<Dictionary<string, JsonElement>>(WireJson.Options);
}
