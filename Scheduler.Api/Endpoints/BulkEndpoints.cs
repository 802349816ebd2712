using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>One action on many pipelines of all customers, for operators.</summary>
internal static class BulkEndpoints
{
    private const string Root = "/api/v1/scheduler";
    private const int MostExceptions = 20;

    public static void MapBulks(this IEndpointRouteBuilder app)
    {
        app.MapPost($"{Root}/pipelines/bulk", StartAsync)
            .WithTags("Bulk")
            .WithName("StartBulk")
            .WithSummary(
                "Pauses, resumes, runs or replays all pipelines that a filter finds (202); with dry_run it only says which (200)."
            )
            .RequireAdmin()
            .Refuses(ErrorCode.Conflict);
        app.MapGet($"{Root}/bulk", ListAsync)
            .WithTags("Bulk")
            .WithName("ListBulks")
            .WithSummary("Bulks, newest first; all, or those that stand so.")
            .RequireAdmin()
            .Refuses(ErrorCode.InvalidQuery);
        app.MapGet($"{Root}/bulk/{{bulk_id}}", GetAsync)
            .WithTags("Bulk")
            .WithName("GetBulk")
            .WithSummary("One bulk, how far it has got, and what was refused.")
            .RequireAdmin()
            .Refuses(ErrorCode.NotFound);
        app.MapPost($"{Root}/bulk/{{bulk_id}}/undo", UndoAsync)
            .WithTags("Bulk")
            .WithName("UndoBulk")
            .WithSummary(
                "Takes a bulk back (202): pauses as they were before, runs that have not started; what it has not come to is not done."
            )
            .RequireAdmin()
            .Refuses(ErrorCode.NotFound);
    }

    private static async Task<Results<Accepted<BulkResponse>, Ok<BulkResponse>, SchedulerProblem>> StartAsync(
        Body<BulkRequest> body,
        Bulks bulks,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var request = body.Value;
        if (request.Until is not null && request.Action != BulkAction.Pause)
        {
            return SchedulerProblem.Invalid("until", "Goes with the action pause only.");
        }
        if (request.FailedSince is not null && request.Action != BulkAction.ReplayFailed)
        {
            return SchedulerProblem.Invalid("failed_since", "Goes with the action replay_failed only.");
        }
        var filter = new BulkFilter
        {
            Search = request.Filter.Search,
            CustomerId = request.Filter.CustomerId,
            Provider = request.Filter.Provider,
            State = request.Filter.State,
        };
        var result = await bulks.StartAsync(
            request.Action,
            filter,
            request.Reason,
            request.Until,
            request.FailedSince,
            request.DryRun,
            caller.AsActor(),
            cancellation
        );
        return result switch
        {
            BulkResult.Accepted(var bulk) => Accepted(bulk),
            BulkResult.Planned planned => TypedResults.Ok(BulkView.Of(request.Action, planned)),
            BulkResult.TooMany(var most) => SchedulerProblem.Invalid(
                "filter",
                $"Finds more than {most} pipelines; take them in parts."
            ),
            BulkResult.Nothing => SchedulerProblem.Create(
                ErrorCode.Conflict,
                "The filter finds no pipeline that the action could do anything to."
            ),
            BulkResult.OverAlready(var now) => SchedulerProblem.Invalid("until", $"Must be later than now, {now}."),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<Results<Page<BulkResponse>, SchedulerProblem>> ListAsync(
        [AsParameters] BulkQuery query,
        [AsParameters] PageQuery page,
        BulkStore bulks,
        CancellationToken cancellation
    )
    {
        if (query.Read(page, out var state, out var beforeId, out var limit) is { } problem)
        {
            return problem;
        }
        var rows = await bulks.ListAsync(state, beforeId, limit + 1, cancellation);
        return Page.Of(rows, limit, bulk => [bulk.BulkId], BulkView.Of);
    }

    private static async Task<Results<Ok<BulkResponse>, SchedulerProblem>> GetAsync(
        [FromRoute(Name = "bulk_id")] string bulkId,
        BulkStore bulks,
        CancellationToken cancellation
    )
    {
        if (await bulks.GetAsync(bulkId, cancellation) is not { } bulk)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var items = await bulks.CountItemsAsync(bulkId, cancellation);
        var exceptions = new List<BulkItem>();
        foreach (var state in new[] { BulkItemState.Refused, BulkItemState.Kept })
        {
            exceptions.AddRange(await bulks.ListItemsAsync(bulkId, state, -1, MostExceptions, cancellation));
        }
        return TypedResults.Ok(BulkView.Of(bulk, items, [.. exceptions.Take(MostExceptions)]));
    }

    private static async Task<Results<Accepted<BulkResponse>, SchedulerProblem>> UndoAsync(
        [FromRoute(Name = "bulk_id")] string bulkId,
        Bulks bulks,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await bulks.UndoAsync(bulkId, caller.AsActor(), cancellation) is BulkResult.Accepted(var bulk)
            ? Accepted(bulk)
            : SchedulerProblem.Create(ErrorCode.NotFound);

    private static Accepted<BulkResponse> Accepted(Bulk bulk) =>
        TypedResults.Accepted($"{Root}/bulk/{bulk.BulkId}", BulkView.Of(bulk));
}
