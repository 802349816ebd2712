using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's pipelines.</summary>
internal static class PipelineEndpoints
{
    private const string Route = "/api/v1/scheduler/customer/{id}/pipelines";

    /// <summary>Among so many of its latest runs one that is not over is looked for.</summary>
    private const int LatestRuns = 20;

    public static void MapPipelines(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Route)
            .WithTags("Pipelines")
            .RequireCustomer(ScopeResource.Pipelines)
            .Refuses(ErrorCode.NotFound);

        group
            .MapGet("", ListAsync)
            .WithName("ListPipelines")
            .WithSummary("The customer's pipelines, in the order of their making.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapPost("", ConfigureAsync)
            .WithName("ConfigurePipeline")
            .WithSummary("Makes a pipeline, or changes the one with the same provider, domain, template and name.")
            .Refuses(
                ErrorCode.InvalidCron,
                ErrorCode.InvalidTimezone,
                ErrorCode.TemplateNotFound,
                ErrorCode.PipelineLimit,
                ErrorCode.Conflict
            );
        group
            .MapDelete("/{config_id}", DeactivateAsync)
            .WithName("DeactivatePipeline")
            .WithSummary("Switches a pipeline off and ends its runs that have not started; what runs goes on.");
        group
            .MapGet("/{config_id}/why", WhyAsync)
            .WithName("WhyPipeline")
            .WithSummary("Why a pipeline does not run now, when it will, and what will go wrong then.");
        group
            .MapPost("/{config_id}/run-now", RunNowAsync)
            .WithName("RunPipelineNow")
            .WithSummary(
                "Queues a run beside the schedule (201). The same Idempotency-Key asks for the same run, which is then answered with 200."
            )
            .Refuses(ErrorCode.Conflict, ErrorCode.QuotaExceeded, ErrorCode.BadRequest);
        group
            .MapPost("/{config_id}/pause", PauseAsync)
            .WithName("PausePipeline")
            .WithSummary(
                "Holds a pipeline until then, or until it is resumed: no new runs, and what is queued waits a day at most."
            )
            .Refuses(ErrorCode.Conflict);
        group
            .MapPost("/{config_id}/resume", ResumeAsync)
            .WithName("ResumePipeline")
            .WithSummary("Ends a pipeline's pause. What came due within it is not caught up.")
            .Refuses(ErrorCode.Conflict);
    }

    private static async Task<Results<Page<PipelineConfigResponse>, SchedulerProblem>> ListAsync(
        string id,
        [FromQuery(Name = "is_active")] bool? isActive,
        [AsParameters] PageQuery page,
        PipelineConfigStore configs,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        if (page.Read(parts: 1, out var start) is { } problem)
        {
            return problem;
        }
        if (await customers.StandingAsync(id, cancellation) is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var rows = await configs.ListAsync(id, isActive, start.After?[0], start.Limit + 1, cancellation);
        return Page.Of(rows, start.Limit, config => [config.ConfigId], PipelineView.Of);
    }

    private static async Task<
        Results<Ok<PipelineConfigResponse>, Created<PipelineConfigResponse>, SchedulerProblem>
    > ConfigureAsync(
        string id,
        Body<ConfigurePipelineRequest> body,
        PipelineConfiguration pipelines,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await pipelines.ConfigureAsync(id, body.Value, caller.AsActor(), cancellation) switch
        {
            ConfigureResult.Done(var config, true) => TypedResults.Created(
                $"/api/v1/scheduler/customer/{id}/pipelines/{config.ConfigId}",
                PipelineView.Of(config)
            ),
            ConfigureResult.Done(var config, _) => TypedResults.Ok(PipelineView.Of(config)),
            ConfigureResult.NoSuchCustomer => SchedulerProblem.Create(ErrorCode.NotFound),
            ConfigureResult.UnknownTemplate(var message) => SchedulerProblem.Create(
                ErrorCode.TemplateNotFound,
                message
            ),
            ConfigureResult.WrongSchedule wrong => ScheduleProblem.Of(wrong.Part, wrong.Message),
            ConfigureResult.WrongParameters(var errors) => SchedulerProblem.Invalid(
                errors
                    .GroupBy(error => $"parameters.{error.Field}")
                    .ToDictionary(
                        field => field.Key,
                        IReadOnlyList<string> (field) => [.. field.Select(error => error.Message)]
                    )
            ),
            ConfigureResult.WrongCredential(var message) => SchedulerProblem.Invalid("credential_id", message),
            ConfigureResult.AmbiguousCredential => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "The provider has several active credentials: name one with credential_id."
            ),
            ConfigureResult.TooMany(var most) => SchedulerProblem.Create(
                ErrorCode.PipelineLimit,
                $"A customer has at most {most} pipelines here, active or not."
            ),
            _ => throw new UnreachableException(),
        };

    private static async Task<Results<Ok<PipelineConfigResponse>, SchedulerProblem>> DeactivateAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        PipelineRetirement retirement,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await retirement.DeactivateAsync(id, configId, caller.AsActor(), cancellation) is { } config
            ? TypedResults.Ok(PipelineView.Of(config))
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static async Task<Results<Ok<PipelineWhyResponse>, SchedulerProblem>> WhyAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        PipelineConfigStore configs,
        CustomerStore customers,
        RunStore runs,
        CancellationToken cancellation
    )
    {
        var config = await configs.GetAsync(id, configId, cancellation);
        var standing = await customers.StandingAsync(id, cancellation);
        if (config is null || standing is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var now = standing.Now;
        var period = UsagePeriod.Of(standing.Timezone, now);
        if (await customers.ReadinessAsync(id, period.Month, period.Today, now, cancellation) is not { } facts)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var recent = await runs.ListAsync(id, new RunFilter { ConfigId = configId, Limit = LatestRuns }, cancellation);
        var open = recent.LastOrDefault(run => !RunTransitions.IsFinal(run.State));
        var why = open is null
            ? null
            : WhyNotRunning.Explain(open, await runs.WaitingFactsAsync(id, open.RunId, cancellation));
        var outlook = PipelineOutlook.Of(
            config,
            facts,
            open is null ? null : (open, why!),
            now,
            period.DayEnd,
            period.MonthEnd
        );
        return TypedResults.Ok(
            new PipelineWhyResponse
            {
                ConfigId = configId,
                Reason = outlook.Reason,
                Message = outlook.Message,
                Until = outlook.Until,
                Warnings = outlook.Warnings,
                NextRunTime = config.IsActive ? config.NextRunTime : null,
                OpenRun = open is null ? null : RunView.Of(open),
                OpenRunWhy = why,
                LastRun = recent.FirstOrDefault(run => RunTransitions.IsFinal(run.State)) is { } last
                    ? RunView.Of(last)
                    : null,
            }
        );
    }

    private static async Task<Results<Created<RunResponse>, Ok<RunResponse>, SchedulerProblem>> RunNowAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotencyKey,
        RunRequests requests,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await RunRequestAnswer.GiveAsync(
            idempotencyKey,
            () => requests.RunNowAsync(id, configId, idempotencyKey, caller.AsActor(), cancellation)
        );

    private static async Task<Results<Ok<PipelineConfigResponse>, SchedulerProblem>> PauseAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        Body<PausePipelineRequest> body,
        PipelinePausing pausing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        Answer(
            await pausing.PauseAsync(id, configId, body.Value.Until, body.Value.Reason, caller.AsActor(), cancellation)
        );

    private static async Task<Results<Ok<PipelineConfigResponse>, SchedulerProblem>> ResumeAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        PipelinePausing pausing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) => Answer(await pausing.ResumeAsync(id, configId, caller.AsActor(), cancellation));

    private static Results<Ok<PipelineConfigResponse>, SchedulerProblem> Answer(PauseResult result) =>
        result switch
        {
            PauseResult.Done(var config) => TypedResults.Ok(PipelineView.Of(config)),
            PauseResult.SwitchedOff => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "The pipeline is switched off; configure it with is_active true first."
            ),
            PauseResult.OverAlready(var now) => SchedulerProblem.Invalid("until", $"Must be later than now, {now}."),
            PauseResult.NoSuchPipeline => SchedulerProblem.Create(ErrorCode.NotFound),
            _ => throw new UnreachableException(),
        };
}
