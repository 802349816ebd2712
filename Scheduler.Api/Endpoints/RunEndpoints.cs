using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>A customer's runs.</summary>
internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/v1/scheduler/customer/{id}/runs")
            .WithTags("Runs")
            .RequireCustomer(ScopeResource.Runs)
            .Refuses(ErrorCode.NotFound);

        group
            .MapGet("", ListAsync)
            .WithName("ListRuns")
            .WithSummary("The customer's runs, latest scheduled time first.")
            .Refuses(ErrorCode.InvalidQuery);
        group
            .MapGet("/{run_id}", GetAsync)
            .WithName("GetRun")
            .WithSummary("One run with its changes of state, its attempts, and why it has not run yet.");
        group
            .MapPost("/{run_id}/cancel", CancelAsync)
            .WithName("CancelRun")
            .WithSummary(
                "Ends a run: one that waits at once (200), one that runs when its worker has heard of it (202), within a lease."
            )
            .Refuses(ErrorCode.Conflict);
        group
            .MapPost("/{run_id}/replay", ReplayAsync)
            .WithName("ReplayRun")
            .WithSummary(
                "Does a run that has ended again (201). The same Idempotency-Key asks for the same replay, which is then answered with 200."
            )
            .Refuses(ErrorCode.Conflict, ErrorCode.QuotaExceeded, ErrorCode.BadRequest);
    }

    private static async Task<Results<Page<RunResponse>, SchedulerProblem>> ListAsync(
        string id,
        [AsParameters] RunQuery query,
        [AsParameters] PageQuery page,
        RunStore runs,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        if (query.Read(page, out var filter) is { } problem)
        {
            return problem;
        }
        if (await customers.StandingAsync(id, cancellation) is null)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var rows = await runs.ListAsync(id, filter with { Limit = filter.Limit + 1 }, cancellation);
        return Page.Of(rows, filter.Limit, RunQuery.CursorOf, RunView.Of);
    }

    private static async Task<Results<Ok<RunResponse>, Accepted<RunResponse>, SchedulerProblem>> CancelAsync(
        string id,
        [FromRoute(Name = "run_id")] string runId,
        RunCancelling cancelling,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await cancelling.CancelAsync(id, runId, caller.AsActor(), cancellation) switch
        {
            CancelResult.Ended(var run) => TypedResults.Ok(RunView.Of(run)),
            CancelResult.Asked(var run) => TypedResults.Accepted(
                $"/api/v1/scheduler/customer/{id}/runs/{runId}",
                RunView.Of(run)
            ),
            CancelResult.EndedAlready(var run) => SchedulerProblem.Create(
                ErrorCode.Conflict,
                $"The run has ended: it is {Wire.Name(run.State)}."
            ),
            CancelResult.NoSuchRun => SchedulerProblem.Create(ErrorCode.NotFound),
            _ => throw new UnreachableException(),
        };

    private static async Task<Results<Created<RunResponse>, Ok<RunResponse>, SchedulerProblem>> ReplayAsync(
        string id,
        [FromRoute(Name = "run_id")] string runId,
        [FromHeader(Name = IdempotencyHeader.Name)] string? idempotencyKey,
        RunRequests requests,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await RunRequestAnswer.GiveAsync(
            idempotencyKey,
            () => requests.ReplayAsync(id, runId, idempotencyKey, caller.AsActor(), cancellation)
        );

    private static async Task<Results<Ok<RunDetailResponse>, SchedulerProblem>> GetAsync(
        string id,
        [FromRoute(Name = "run_id")] string runId,
        RunStore runs,
        CancellationToken cancellation
    )
    {
        if (await runs.GetAsync(id, runId, cancellation) is not { } run)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var transitions = await runs.TransitionsAsync(runId, cancellation);
        var attempts = await runs.AttemptsAsync(id, runId, cancellation);
        var facts = await runs.WaitingFactsAsync(id, runId, cancellation);
        return TypedResults.Ok(
            new RunDetailResponse
            {
                Run = RunView.Of(run),
                Transitions = [.. transitions.Select(RunView.Of)],
                Attempts = [.. attempts.Select(RunView.AttemptOf)],
                Why = WhyNotRunning.Explain(run, facts),
            }
        );
    }
}
