using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>Turns a request into the pipeline it asks for. Pure.</summary>
public static class PipelineDraft
{
    private const int DefaultPriority = 5;
    private const int MostListed = 20;

    /// <summary>The schedule: the expression that is given, else the one that the type stands for.</summary>
    public static ScheduleResult ScheduleOf(ConfigurePipelineRequest request) =>
        Schedule.Create(
            request.ScheduleCron ?? ScheduleTypes.DefaultCron(request.ScheduleType ?? ScheduleType.Custom),
            request.Timezone,
            request.DstPolicy ?? DstPolicy.Default
        );

    /// <summary>The pipeline without its id, its next time and its maker.</summary>
    public static PipelineConfig Compose(
        string customerId,
        ConfigurePipelineRequest request,
        PipelineTemplate template,
        Schedule schedule
    ) =>
        new()
        {
            ConfigId = "",
            CustomerId = customerId,
            Provider = template.Provider,
            Domain = template.Domain,
            PipelineTemplate = template.Name,
            PipelineName = request.PipelineName ?? template.Name,
            IsActive = request.IsActive,
            ScheduleType = request.ScheduleType ?? TypeOf(schedule),
            ScheduleCron = schedule.Cron.Original,
            Timezone = schedule.Zone.Id,
            Priority = request.Priority ?? DefaultPriority,
            CredentialId = request.CredentialId,
            Parameters = Json(request.Parameters),
            RetryConfig = Json(request.RetryConfig),
            MisfirePolicy = request.MisfirePolicy ?? MisfirePolicy.RunOnce,
            OverlapPolicy = request.OverlapPolicy ?? OverlapPolicy.Queue,
            DstPolicy = schedule.DstPolicy,
            SpreadSeconds = request.SpreadSeconds ?? 0,
            NotificationEmails = request.NotificationEmails ?? [],
            Description = request.Description,
        };

    /// <summary>The parameters that a run will see above the template's: the provider configuration's below the pipeline's.</summary>
    public static JsonElement? Merge(JsonElement? provider, IReadOnlyDictionary<string, JsonElement>? pipeline)
    {
        var merged = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (provider is { ValueKind: JsonValueKind.Object } below)
        {
            foreach (var member in below.EnumerateObject())
            {
                merged[member.Name] = member.Value;
            }
        }
        foreach (var (name, value) in pipeline ?? new Dictionary<string, JsonElement>())
        {
            merged[name] = value;
        }
        return Json(merged);
    }

    /// <summary>Says which template there is not, and which ones there are.</summary>
    public static string NoTemplate(ConfigurePipelineRequest request, IEnumerable<PipelineTemplate> offered)
    {
        var names = offered
            .Take(MostListed)
            .Select(template => $"{template.Provider}/{template.Domain}/{template.Name}");
        var wanted = $"{request.Provider}/{request.Domain}/{request.PipelineTemplate}";
        return $"There is no template {wanted}. There are: {string.Join(", ", names)}.";
    }

    private static ScheduleType TypeOf(Schedule schedule) =>
        Enum.GetValues<ScheduleType>()
            .FirstOrDefault(type => ScheduleTypes.DefaultCron(type) == schedule.Cron.Canonical, ScheduleType.Custom);

    private static JsonElement? Json<T>(T? value)
        where T : class => value is null ? null : JsonSerializer.SerializeToElement(value, WireJson.Options);
}
