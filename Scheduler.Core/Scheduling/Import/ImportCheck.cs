using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>Judges a line as the call for one pipeline does. Pure.</summary>
/// <param name="templates">Those that are offered.</param>
/// <param name="find">A template by provider, domain and name; null where there is none.</param>
public sealed class ImportCheck(
    IReadOnlyList<PipelineTemplate> templates,
    Func<ConfigurePipelineRequest, PipelineTemplate?> find
)
{
    /// <summary>What a line's context is looked up by; null where there is no such template.</summary>
    public ImportContextKey? KeyOf(ImportPipelineRequest request) =>
        find(request) is { } template
            ? new ImportContextKey(request.CustomerId, template.Provider, template.Domain)
            : null;

    /// <summary>The pipeline without its id and maker, or what is wrong with the line.</summary>
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="context">Null when there is no such customer.</param>
    /// <param name="now">The next run comes after it.</param>
    /// <param name="errors">Null when there is a pipeline.</param>
    public PipelineConfig? Judge(
        ImportPipelineRequest request,
        ImportContext? context,
        Instant now,
        out IReadOnlyDictionary<string, IReadOnlyList<string>>? errors
    )
    {
        errors = null;
        if (find(request) is not { } template)
        {
            errors = One("pipeline_template", PipelineDraft.NoTemplate(request, templates));
            return null;
        }
        if (context is null)
        {
            errors = One("customer_id", "There is no such customer.");
            return null;
        }
        var result = PipelineDraft.ScheduleOf(request);
        if (result is ScheduleResult.Invalid wrong)
        {
            errors = One(wrong.Part == "timezone" ? "timezone" : "schedule_cron", $"{wrong.Part}: {wrong.Message}");
            return null;
        }
        var schedule = ((ScheduleResult.Valid)result).Schedule;
        if (
            ParameterCheck.Check(template, PipelineDraft.Merge(context.Parameters, request.Parameters)) is
            { Count: > 0 } faults
        )
        {
            errors = faults
                .GroupBy(fault => $"parameters.{fault.Field}")
                .ToDictionary(
                    field => field.Key,
                    IReadOnlyList<string> (field) => [.. field.Select(fault => fault.Message)]
                );
            return null;
        }
        if (OccurrenceCalculator.Next(schedule, now) is not { } next)
        {
            errors = One("schedule_cron", $"cron: {CronExpression.NeverFires}");
            return null;
        }
        return PipelineDraft.Compose(request.CustomerId, request, template, schedule) with { NextRunTime = next };
    }

    /// <summary>A message for one field.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> One(string field, string message) =>
        new Dictionary<string, IReadOnlyList<string>> { [field] = [message] };
}
