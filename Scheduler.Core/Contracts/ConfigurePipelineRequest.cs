using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;

namespace Scheduler.Core.Contracts;

/// <summary>
/// Body of POST /api/v1/scheduler/customer/{id}/pipelines: makes a pipeline, or changes the one with the same provider,
/// domain, template and name.
/// </summary>
public record ConfigurePipelineRequest : IValidatableObject
{
    [Text(1, 50)]
    public required string Provider { get; init; }

    [Text(1, 50)]
    public required string Domain { get; init; }

    [RegularExpression(
        @"^[a-zA-Z0-9_]{1,100}$",
        ErrorMessage = "Must be 1 to 100 characters out of a-z, A-Z, 0-9 and underscore."
    )]
    public required string PipelineTemplate { get; init; }

    /// <summary>Tells pipelines of one template apart; without it the template's name.</summary>
    [Text(1, 200)]
    public string? PipelineName { get; init; }

    /// <summary>Five cron fields or a macro such as <c>@daily</c>. Decides when <c>schedule_type</c> is given too.</summary>
    [Text(1, 128)]
    public string? ScheduleCron { get; init; }

    /// <summary>Stands for an expression of its own when there is no <c>schedule_cron</c>; CUSTOM needs one.</summary>
    public ScheduleType? ScheduleType { get; init; }

    /// <summary>IANA zone in which the expression is read.</summary>
    [Text(1, 64)]
    public string Timezone { get; init; } = "UTC";

    public bool IsActive { get; init; } = true;

    /// <summary>Over the template's and the provider configuration's.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    public RetryConfig? RetryConfig { get; init; }

    /// <summary>1 to 10, higher first; among this customer's pipelines only.</summary>
    [Range(1, 10)]
    public int? Priority { get; init; }

    public MisfirePolicy? MisfirePolicy { get; init; }

    public OverlapPolicy? OverlapPolicy { get; init; }

    public DstPolicy? DstPolicy { get; init; }

    /// <summary>Starts within so many seconds after the nominal time, always at the same distance.</summary>
    [Range(0, 3600)]
    public int? SpreadSeconds { get; init; }

    /// <summary>The credential to run with; without it the single active one of the provider.</summary>
    [Text(1, 100)]
    public string? CredentialId { get; init; }

    [EachEmail(20)]
    public IReadOnlyList<string>? NotificationEmails { get; init; }

    [Text(0, 2000, Multiline = true)]
    public string? Description { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ScheduleCron is null && ScheduleType is null or Scheduling.ScheduleType.Custom)
        {
            yield return new(
                "Is required, unless schedule_type is HOURLY, DAILY, WEEKLY or MONTHLY.",
                [nameof(ScheduleCron)]
            );
        }
    }
}
