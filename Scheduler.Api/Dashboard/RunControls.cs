using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Endpoints;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Dashboard;

/// <summary>What operators do to a run.</summary>
internal static class RunControls
{
    public static void MapRunControls(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/customers/{id}/runs/{run_id}");
        group.MapGet("/cancel", ConfirmCancelAsync);
        group.MapPost("/cancel", CancelAsync);
        group.MapGet("/replay", ConfirmReplayAsync);
        group.MapPost("/replay", ReplayAsync);
    }

    /// <summary>What one more run means for the customer's quota.</summary>
    public static string QuotaLine(UsageResponse used) =>
        used.Remaining.Daily is { } left && used.Limits.Daily is { } limit
            ? $"It counts against the customer's quota: {left} of {limit} runs are left today{(used.Remaining.Monthly is { } month ? $", {month} this month" : "")}."
            : "It counts as a run of the customer, whose plan has no limit a day.";

    private static async Task<IResult> ConfirmCancelAsync(
        string id,
        string run_id,
        RunStore runs,
        LeaseOptions leases,
        OperationClock clock,
        CancellationToken cancellation
    ) =>
        await runs.GetAsync(id, run_id, cancellation) is { } run
            ? CancelPage(run, null, leases, await clock.ReadAsync(cancellation))
            : NotFound();

    private static PageResult<ConfirmPage> CancelPage(Run run, string? fault, LeaseOptions leases, Instant now)
    {
        var path = DashboardPaths.Run(run.CustomerId, run.RunId);
        IReadOnlyList<string> consequences = run.State switch
        {
            RunState.Running =>
            [
                run.ActualStartTime is { } since
                    ? $"It has run for {Shown.Length(now - since)}; its worker stops it within {Shown.Length(leases.Lease)}."
                    : $"Its worker stops it within {Shown.Length(leases.Lease)}.",
                "It ends as failed with CANCELLED, is not tried again, and counts in no failure rate.",
                "A load that has not been committed leaves nothing behind.",
            ],
            RunState.Scheduled or RunState.Pending =>
            [
                "It has not started, is skipped at once, and never runs.",
                run.RetryAttempt == 0
                    ? "The customer gets its place in the quota back."
                    : "It is a retry: no further attempt follows.",
                "The schedule stays as it is; the next run of the pipeline comes as planned.",
            ],
            _ => ["It has ended already: there is nothing to cancel."],
        };
        return Confirm(
            new ConfirmModel
            {
                Title = $"Cancel the run due {Shown.Time(run.ScheduledTime, now)} UTC?",
                Consequences = consequences,
                Action = "Cancel the run",
                IsDanger = true,
                Path = $"{path}/cancel",
                Back = path,
                Fault = fault,
            }
        );
    }

    private static async Task<IResult> CancelAsync(
        string id,
        string run_id,
        RunCancelling cancelling,
        CurrentCaller caller,
        LeaseOptions leases,
        OperationClock clock,
        CancellationToken cancellation
    ) =>
        await cancelling.CancelAsync(id, run_id, caller.AsActor(), cancellation) switch
        {
            CancelResult.Ended => Said.On(DashboardPaths.Run(id, run_id), Said.Cancelled),
            CancelResult.Asked => Said.On(DashboardPaths.Run(id, run_id), Said.Cancelling),
            CancelResult.EndedAlready(var run) => CancelPage(
                run,
                $"The run has ended meanwhile: it is {RunMark.WordOf(run.State).ToLowerInvariant()}.",
                leases,
                await clock.ReadAsync(cancellation)
            ),
            _ => NotFound(),
        };

    private static async Task<IResult> ConfirmReplayAsync(
        string id,
        string run_id,
        RunStore runs,
        UsageReading usage,
        OperationClock clock,
        IIdSource ids,
        CancellationToken cancellation
    ) => await ReplayPageAsync(id, run_id, null, runs, usage, clock, ids, cancellation);

    private static async Task<IResult> ReplayPageAsync(
        string id,
        string runId,
        string? fault,
        RunStore runs,
        UsageReading usage,
        OperationClock clock,
        IIdSource ids,
        CancellationToken cancellation
    )
    {
        if (
            await runs.GetAsync(id, runId, cancellation) is not { } run
            || await usage.ReadAsync(id, null, cancellation) is not { } used
        )
        {
            return NotFound();
        }
        var now = await clock.ReadAsync(cancellation);
        var path = DashboardPaths.Run(id, runId);
        return Confirm(
            new ConfirmModel
            {
                Title = $"Replay the run due {Shown.Time(run.ScheduledTime, now)} UTC?",
                Consequences =
                [
                    $"One new run does the same occurrence again; this one stays {RunMark.WordOf(run.State).ToLowerInvariant()}.",
                    $"It fetches the same data: {Shown.Time(run.DataIntervalStart, now)} to {Shown.Time(run.DataIntervalEnd, now)} UTC. What is loaded replaces what was there for these days.",
                    "It waits for an open run of its pipeline to end, and starts as soon as a worker is free.",
                    QuotaLine(used),
                ],
                Action = "Replay",
                Path = $"{path}/replay",
                Back = path,
                Key = ids.NewNonce(),
                Fault = fault,
            }
        );
    }

    private static async Task<IResult> ReplayAsync(
        string id,
        string run_id,
        HttpContext http,
        RunRequests requests,
        CurrentCaller caller,
        RunStore runs,
        UsageReading usage,
        OperationClock clock,
        IIdSource ids,
        CancellationToken cancellation
    )
    {
        var key = (await http.Request.ReadFormAsync(cancellation))["key"].ToString();
        if (IdempotencyHeader.Fault(key) is not null)
        {
            return await ReplayPageAsync(id, run_id, "The form was incomplete.", runs, usage, clock, ids, cancellation);
        }
        return await requests.ReplayAsync(id, run_id, key, caller.AsActor(), cancellation) switch
        {
            RunRequestResult.Queued(var run) => Said.On(DashboardPaths.Run(id, run.RunId), Said.Queued),
            RunRequestResult.AskedBefore(var run) => Said.On(DashboardPaths.Run(id, run.RunId), Said.AskedBefore),
            RunRequestResult.Refused(var reason) => await ReplayPageAsync(
                id,
                run_id,
                RunRequestAnswer.Why(reason),
                runs,
                usage,
                clock,
                ids,
                cancellation
            ),
            _ => NotFound(),
        };
    }

    private static PageResult<ConfirmPage> Confirm(ConfirmModel model) =>
        new(model, model.Fault is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);

    private static PageResult<MessagePage> NotFound() => new(MessagePage.NotFound, StatusCodes.Status404NotFound);
}
