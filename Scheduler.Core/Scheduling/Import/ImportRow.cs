using System.Text.Json;
using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>A pipeline on its way into the store, as the set-based script reads it.</summary>
public sealed record ImportRow
{
    /// <summary>The line's place in its batch.</summary>
    public required int Nth { get; init; }
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string PipelineTemplate { get; init; }
    public required string PipelineName { get; init; }
    public required bool IsActive { get; init; }
    public required ScheduleType ScheduleType { get; init; }
    public required string ScheduleCron { get; init; }
    public required string Timezone { get; init; }
    public required Instant? NextRunTime { get; init; }
    public required int Priority { get; init; }
    public required string? CredentialId { get; init; }

    /// <summary>JSON as text, as the column keeps it.</summary>
    public required string? Parameters { get; init; }
    public required string? RetryConfig { get; init; }
    public required MisfirePolicy MisfirePolicy { get; init; }
    public required OverlapPolicy OverlapPolicy { get; init; }
    public required DstPolicy DstPolicy { get; init; }
    public required int SpreadSeconds { get; init; }
    public required string NotificationEmails { get; init; }
    public required string? Description { get; init; }

    public static ImportRow Of(PipelineConfig config, int nth) =>
        new()
        {
            Nth = nth,
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
            NextRunTime = config.NextRunTime,
            Priority = config.Priority,
            CredentialId = config.CredentialId,
            Parameters = config.Parameters?.GetRawText(),
            RetryConfig = config.RetryConfig?.GetRawText(),
            MisfirePolicy = config.MisfirePolicy,
            OverlapPolicy = config.OverlapPolicy,
            DstPolicy = config.DstPolicy,
            SpreadSeconds = config.SpreadSeconds,
            NotificationEmails = JsonSerializer.Serialize(config.NotificationEmails),
            Description = config.Description,
        };
}
