using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Errors;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Endpoints;

/// <summary>The answer to whoever asks for a run: 201 with a new one, 200 with that which the same key asked for before.</summary>
internal static class RunRequestAnswer
{
    /// <param name="idempotencyKey">As it came; a wrong one is answered before anything is asked for.</param>
    public static async Task<Results<Created<RunResponse>, Ok<RunResponse>, SchedulerProblem>> GiveAsync(
        string? idempotencyKey,
        Func<Task<RunRequestResult>> ask
    ) => IdempotencyHeader.Fault(idempotencyKey) is { } problem ? problem : Of(await ask());

    private static Results<Created<RunResponse>, Ok<RunResponse>, SchedulerProblem> Of(RunRequestResult result) =>
        result switch
        {
            RunRequestResult.Queued(var run) => TypedResults.Created(
                $"/api/v1/scheduler/customer/{run.CustomerId}/runs/{run.RunId}",
                RunView.Of(run)
            ),
            RunRequestResult.AskedBefore(var run) => TypedResults.Ok(RunView.Of(run)),
            RunRequestResult.Refused(var reason) => SchedulerProblem.Create(
                reason is RunRefusal.QuotaDaily or RunRefusal.QuotaMonthly
                    ? ErrorCode.QuotaExceeded
                    : ErrorCode.Conflict,
                Why(reason)
            ),
            RunRequestResult.NoSuchPipeline => SchedulerProblem.Create(ErrorCode.NotFound),
            _ => throw new UnreachableException(),
        };

    /// <summary>Why there is no run, and what would have to change.</summary>
    public static string Why(RunRefusal reason) =>
        reason switch
        {
            RunRefusal.SwitchedOff => "The pipeline is switched off; configure it with is_active true first.",
            RunRefusal.Paused => "The pipeline is paused; resume it first.",
            RunRefusal.CustomerNotRunnable => "The customer is suspended, or its subscription has ended.",
            RunRefusal.Overlap => "A run of the pipeline is not finished, and its overlap policy is skip.",
            RunRefusal.NotFinished => "The run has not ended; cancel it, or wait for its end.",
            RunRefusal.QuotaDaily => "The plan's runs of this day are used up.",
            RunRefusal.QuotaMonthly => "The plan's runs of this month are used up.",
            _ => throw new UnreachableException(),
        };
}
