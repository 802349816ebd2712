using System.Text.Json;

namespace Scheduler.Core.Contracts;

/// <summary>What a customer sets of a provider configuration, whether it makes or changes one.</summary>
public abstract record ProviderConfigFields
{
    /// <summary>What a set webhook is shown as; sent back it changes nothing.</summary>
    public const string Masked = "********";

    [Text(0, 200)]
    public string? SourceProjectId { get; init; }

    [Text(0, 1024)]
    public string? SourceDataset { get; init; }

    [Text(0, 1024)]
    public string? SourceTable { get; init; }

    [EachEmail(20)]
    public IReadOnlyList<string>? NotificationEmails { get; init; }

    /// <summary>A secret: stored enveloped, shown masked. An empty text removes it.</summary>
    [SlackWebhook]
    public string? SlackWebhookUrl { get; init; }

    public bool? NotificationEnabled { get; init; }

    /// <summary>Over the templates', below the pipelines' own.</summary>
    public IReadOnlyDictionary<string, JsonElement>? DefaultParameters { get; init; }

    /// <summary>Kept for the caller; the scheduler does not read them.</summary>
    public IReadOnlyDictionary<string, JsonElement>? PipelineTemplateOverrides { get; init; }

    public bool? ScheduleEnabled { get; init; }

    [Text(0, 128)]
    public string? ScheduleCron { get; init; }

    [Text(0, 64)]
    public string? ScheduleTimezone { get; init; }

    [System.ComponentModel.DataAnnotations.Range(1, 3650)]
    public int? RetentionDays { get; init; }

    public bool? IsActive { get; init; }

    [EachText(50, 100)]
    public IReadOnlyList<string>? Tags { get; init; }

    [Text(0, 2000, Multiline = true)]
    public string? Description { get; init; }
}
