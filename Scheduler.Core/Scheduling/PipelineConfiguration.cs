using Microsoft.Extensions.Options;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;

namespace Scheduler.Core.Scheduling;

/// <summary>Makes a customer's pipelines and changes them.</summary>
public sealed class PipelineConfiguration(
    PipelineConfigStore configs,
    CustomerStore customers,
    PipelineRetirement retirement,
    CredentialCheck credentials,
    TemplateCatalog templates,
    IOptions<PipelineOptions> pipelines,
    OperationClock clock,
    IIdSource ids,
    PipelineLimits limits
)
{
    /// <summary>The same judgement for the lines of an import.</summary>
    internal ImportCheck ForImport => new([.. templates.All.Where(IsOffered)], Find);

    /// <summary>Makes the pipeline, or changes the one with the same provider, domain, template and name.</summary>
    /// <param name="customerId">Whose pipeline.</param>
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ConfigureResult> ConfigureAsync(
        string customerId,
        ConfigurePipelineRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (await customers.StandingAsync(customerId, cancellationToken) is null)
        {
            return new ConfigureResult.NoSuchCustomer();
        }
        var result = PipelineDraft.ScheduleOf(request);
        if (result is ScheduleResult.Invalid wrong)
        {
            return new ConfigureResult.WrongSchedule(wrong.Part, wrong.Message);
        }
        if (Find(request) is not { } template)
        {
            return new ConfigureResult.UnknownTemplate(
                PipelineDraft.NoTemplate(request, templates.All.Where(IsOffered))
            );
        }
        var own = await configs.ProviderParametersAsync(
            customerId,
            template.Provider,
            template.Domain,
            cancellationToken
        );
        if (ParameterCheck.Check(template, PipelineDraft.Merge(own, request.Parameters)) is { Count: > 0 } errors)
        {
            return new ConfigureResult.WrongParameters(errors);
        }
        if (await credentials.FaultAsync(customerId, request.CredentialId, template, cancellationToken) is { } fault)
        {
            return fault;
        }
        var schedule = ((ScheduleResult.Valid)result).Schedule;
        return await SaveAsync(
            PipelineDraft.Compose(customerId, request, template, schedule),
            schedule,
            actor,
            cancellationToken
        );
    }

    private async Task<ConfigureResult> SaveAsync(
        PipelineConfig draft,
        Schedule schedule,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        if (OccurrenceCalculator.Next(schedule, now) is not { } next)
        {
            return new ConfigureResult.WrongSchedule("cron", CronExpression.NeverFires);
        }
        draft = draft with { ConfigId = ids.NewId(now), NextRunTime = next, CreatedBy = actor.KeyId };
        var stamp = new AuditStamp(ids.NewId(now), actor);
        if (
            await configs.ConfigureAsync(draft, limits.MaxPerCustomer, stamp, now, cancellationToken)
            is not var (config, isNew)
        )
        {
            return new ConfigureResult.TooMany(limits.MaxPerCustomer);
        }
        if (!config.IsActive && !isNew)
        {
            await retirement.EndWaitingAsync(config.ConfigId, actor.KeyId, now, cancellationToken);
        }
        return new ConfigureResult.Done(config, isNew);
    }

    /// <summary>The template that a request names, where it is offered here.</summary>
    internal PipelineTemplate? Find(ConfigurePipelineRequest request) =>
        templates.Find(request.Provider, request.Domain, request.PipelineTemplate) is { } template
        && IsOffered(template)
            ? template
            : null;

    private bool IsOffered(PipelineTemplate template) =>
        pipelines.Value.AllowProbe || template.Steps is not [TemplateStep.Probe];
}
