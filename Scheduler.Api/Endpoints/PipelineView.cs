using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Endpoints;

/// <summary>A stored pipeline in the words of the API.</summary>
internal static class PipelineView
{
    public static PipelineConfigResponse Of(PipelineConfig config) =>
        new()
        {
            ConfigId = config.ConfigId,
            CustomerId = config.CustomerId,
            Provider = config.Provider,
            Domain = config.Domain,
            PipelineTemplate = config.PipelineTemplate,
            PipelineName = config.PipelineName,
            IsActive = config.IsActive,
            ScheduleType = config.ScheduleType,
            ScheduleCron = config.ScheduleCron,
            Timezone = config.Timezone,
            NextRunTime = config.IsActive ? config.NextRunTime : null,
            LastRunTime = config.LastRunTime,
            LastRunStatus = Wire.TryParse<LastRunStatus>(config.LastRunStatus, out var status) ? status : null,
            Priority = config.Priority,
            CredentialId = config.CredentialId,
            Parameters = config.Parameters?.Deserialize<Dictionary<string, JsonElement>>(WireJson.Options),
            RetryConfig = config.RetryConfig?.Deserialize<RetryConfig>(WireJson.Options),
            MisfirePolicy = config.MisfirePolicy,
            OverlapPolicy = config.OverlapPolicy,
            DstPolicy = config.DstPolicy,
            SpreadSeconds = config.SpreadSeconds,
            PausedUntil = config.PausedUntil,
            PausedBy = config.PausedBy,
            PauseReason = config.PauseReason,
            ConsecutiveFailures = config.ConsecutiveFailures,
            NotificationEmails = config.NotificationEmails,
            CreatedAt = config.CreatedAt,
            UpdatedAt = config.UpdatedAt,
            CreatedBy = config.CreatedBy,
            Description = config.Description,
        };

    public static FoundPipelineResponse Of(FoundPipeline found) =>
        new()
        {
            ConfigId = found.Config.ConfigId,
            CustomerId = found.Config.CustomerId,
            CompanyName = found.CompanyName,
            Provider = found.Config.Provider,
            Domain = found.Config.Domain,
            PipelineTemplate = found.Config.PipelineTemplate,
            PipelineName = found.Config.PipelineName,
            State = found.State,
            ScheduleCron = found.Config.ScheduleCron,
            Timezone = found.Config.Timezone,
            NextRunTime = found.Config.IsActive ? found.Config.NextRunTime : null,
            LastRunTime = found.Config.LastRunTime,
            LastRunStatus = Wire.TryParse<LastRunStatus>(found.Config.LastRunStatus, out var status) ? status : null,
            ConsecutiveFailures = found.Config.ConsecutiveFailures,
            PausedUntil = found.Config.PausedUntil,
            PauseReason = found.Config.PauseReason,
        };
}
