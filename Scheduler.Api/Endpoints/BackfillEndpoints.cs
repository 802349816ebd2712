using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>Runs of the past, asked for as one thing.</summary>
internal static class BackfillEndpoints
{
    private const string Customer = "/api/v1/scheduler/customer/{id}";

    public static void MapBackfills(this IEndpointRouteBuilder app)
    {
        app.MapPost($"{Customer}/pipelines/{{config_id}}/backfills", StartAsync)
            .WithTags("Backfills")
            .WithName("StartBackfill")
            .WithSummary(
                "Runs the occurrences of a time that has passed, below all live work (201); with dry_run it only says which (200)."
            )
            .RequireCustomer(ScopeResource.Pipelines)
            .Refuses(ErrorCode.NotFound, ErrorCode.Conflict);

        var group = app.MapGroup($"{Customer}/backfills")
            .WithTags("Backfills")
            .RequireCustomer(ScopeResource.Pipelines)
            .Refuses(ErrorCode.NotFound);
        group
            .MapGet("", ListAsync)
            .WithName("ListBackfills")
            .WithSummary("The customer's backfills, newest first.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapGet("/{backfill_id}", GetAsync)
            .WithName("GetBackfill")
            .WithSummary("One backfill, and how far it has got.");
        group
            .MapPost("/{backfill_id}/pause", PauseAsync)
            .WithName("PauseBackfill")
            .WithSummary("No new runs until it is resumed; what is queued goes on.")
            .Refuses(ErrorCode.Conflict);
        group
            .MapPost("/{backfill_id}/resume", ResumeAsync)
            .WithName("ResumeBackfill")
            .WithSummary("Lets a paused backfill go on.")
            .Refuses(ErrorCode.Conflict);
        group
            .MapPost("/{backfill_id}/cancel", CancelAsync)
            .WithName("CancelBackfill")
            .WithSummary("Ends a backfill: runs that have not started are skipped, those that run go on.")
            .Refuses(ErrorCode.Conflict);
    }

    private static async Task<Results<Created<BackfillResponse>, Ok<BackfillResponse>, SchedulerProblem>> StartAsync(
        string id,
        [FromRoute(Name = "config_id")] string configId,
        Body<StartBackfillRequest> body,
        Backfills backfills,
        OperationClock clock,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var request = body.Value;
        if (request.From >= request.To)
        {
            return SchedulerProblem.Invalid("from", "Must be earlier than to.");
        }
        var now = await clock.ReadAsync(cancellation);
        if (request.To > now)
        {
            return SchedulerProblem.Invalid("to", $"Must not be later than now, {now}.");
        }
        var result = await backfills.StartAsync(
            id,
            configId,
            request.Mode,
            request.From,
            request.To,
            request.MaxConcurrent,
            request.DryRun,
            caller.AsActor(),
            cancellation
        );
        return result switch
        {
            BackfillResult.Done(var backfill) => TypedResults.Created(
                $"/api/v1/scheduler/customer/{id}/backfills/{backfill.BackfillId}",
                BackfillView.Of(backfill)
            ),
            BackfillResult.Planned planned => TypedResults.Ok(BackfillView.Of(planned)),
            BackfillResult.TooMany(var most, var upTo) => SchedulerProblem.Invalid(
                "to",
                $"The range has more than {most} occurrences; up to {upTo} it has {most}. Take it in parts."
            ),
            BackfillResult.Nothing => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "Nothing in the range is to be run: it has no occurrence, or none that the mode asks for."
            ),
            BackfillResult.OpenAlready(var other) => SchedulerProblem.Create(
                ErrorCode.Conflict,
                $"Backfill {other.BackfillId} of the pipeline is {Wire.Name(other.State)}; cancel it, or wait for its end."
            ),
            _ => SchedulerProblem.Create(ErrorCode.NotFound),
        };
    }

    private static async Task<Results<Page<BackfillResponse>, SchedulerProblem>> ListAsync(
        string id,
        [FromQuery(Name = "config_id")] string? configId,
        [AsParameters] PageQuery page,
        BackfillStore backfills,
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
        var rows = await backfills.ListAsync(id, configId, start.After?[0], start.Limit + 1, cancellation);
        return Page.Of(rows, start.Limit, backfill => [backfill.BackfillId], BackfillView.Of);
    }

    private static async Task<Results<Ok<BackfillResponse>, SchedulerProblem>> GetAsync(
        string id,
        [FromRoute(Name = "backfill_id")] string backfillId,
        Backfills backfills,
        CancellationToken cancellation
    ) =>
        await backfills.FindAsync(id, backfillId, cancellation) is var (backfill, progress)
            ? TypedResults.Ok(BackfillView.Of(backfill, progress))
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static async Task<Results<Ok<BackfillResponse>, SchedulerProblem>> PauseAsync(
        string id,
        [FromRoute(Name = "backfill_id")] string backfillId,
        Backfills backfills,
        CurrentCaller caller,
        CancellationToken cancellation
    ) => Answer(await backfills.PauseAsync(id, backfillId, caller.AsActor(), cancellation));

    private static async Task<Results<Ok<BackfillResponse>, SchedulerProblem>> ResumeAsync(
        string id,
        [FromRoute(Name = "backfill_id")] string backfillId,
        Backfills backfills,
        CurrentCaller caller,
        CancellationToken cancellation
    ) => Answer(await backfills.ResumeAsync(id, backfillId, caller.AsActor(), cancellation));

    private static async Task<Results<Ok<BackfillResponse>, SchedulerProblem>> CancelAsync(
        string id,
        [FromRoute(Name = "backfill_id")] string backfillId,
        Backfills backfills,
        CurrentCaller caller,
        CancellationToken cancellation
    ) => Answer(await backfills.CancelAsync(id, backfillId, caller.AsActor(), cancellation));

    private static Results<Ok<BackfillResponse>, SchedulerProblem> Answer(BackfillResult result) =>
        result switch
        {
            BackfillResult.Done(var backfill) => TypedResults.Ok(BackfillView.Of(backfill)),
            BackfillResult.EndedAlready(var backfill) => SchedulerProblem.Create(
                ErrorCode.Conflict,
                $"The backfill has ended: it is {Wire.Name(backfill.State)}."
            ),
            BackfillResult.NotThere => SchedulerProblem.Create(ErrorCode.NotFound),
            _ => throw new UnreachableException(),
        };
}
