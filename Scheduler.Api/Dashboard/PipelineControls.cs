using System.Diagnostics;
using System.Globalization;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Dashboard.Parts;
using Scheduler.Api.Endpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Dashboard;

/// <summary>What operators do to a pipeline: first a page that says what will happen, then the call that the API makes too.</summary>
internal static class PipelineControls
{
    private const int LongestReason = 500;

    /// <summary>More occurrences than these are not counted one by one.</summary>
    private const int MostCounted = 200;
    private static readonly int[] PauseHours = [1, 4, 24, 168];

    public static void MapPipelineControls(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/customers/{id}/pipelines/{config_id}");
        group.MapGet("/run-now", ConfirmRunAsync);
        group.MapPost("/run-now", RunAsync);
        group.MapGet("/pause", ConfirmPauseAsync);
        group.MapPost("/pause", PauseAsync);
        group.MapGet("/resume", ConfirmResumeAsync);
        group.MapPost("/resume", ResumeAsync);
        group.MapGet("/switch-off", ConfirmSwitchOffAsync);
        group.MapPost("/switch-off", SwitchOffAsync);
    }

    private static async Task<IResult> ConfirmRunAsync(
        string id,
        string config_id,
        PipelineConfigStore configs,
        UsageReading usage,
        OperationClock clock,
        IIdSource ids,
        CancellationToken cancellation
    ) => await RunPageAsync(id, config_id, null, configs, usage, clock, ids, cancellation);

    private static async Task<IResult> RunPageAsync(
        string id,
        string configId,
        string? fault,
        PipelineConfigStore configs,
        UsageReading usage,
        OperationClock clock,
        IIdSource ids,
        CancellationToken cancellation
    )
    {
        if (
            await configs.GetAsync(id, configId, cancellation) is not { } config
            || await usage.ReadAsync(id, null, cancellation) is not { } used
        )
        {
            return NotFound();
        }
        var now = await clock.ReadAsync(cancellation);
        var since = ScheduleOf(config) is { } schedule ? OccurrenceCalculator.Previous(schedule, now) : null;
        var path = DashboardPaths.Pipeline(id, configId);
        return Confirm(
            new ConfirmModel
            {
                Title = $"Run {PipelineTable.NameOf(config)} now?",
                Consequences =
                [
                    "One run is queued beside the schedule and starts as soon as a worker is free.",
                    since is { } from
                        ? $"It fetches the data from {Shown.Time(from, now)} to {Shown.Time(now, now)} UTC ({Shown.Length(now - from)})."
                        : "It fetches the data up to now.",
                    config.NextRunTime is { } next
                        ? $"The schedule stays as it is: its next run is due {Shown.Time(next, now)} UTC, {Shown.Age(next, now)}."
                        : "The schedule stays as it is.",
                    RunControls.QuotaLine(used),
                ],
                Action = "Run now",
                Path = $"{path}/run-now",
                Back = path,
                Key = ids.NewNonce(),
                Fault = fault,
            }
        );
    }

    private static async Task<IResult> RunAsync(
        string id,
        string config_id,
        HttpContext http,
        RunRequests requests,
        CurrentCaller caller,
        PipelineConfigStore configs,
        UsageReading usage,
        OperationClock clock,
        IIdSource ids,
        CancellationToken cancellation
    )
    {
        var key = (await http.Request.ReadFormAsync(cancellation))["key"].ToString();
        if (IdempotencyHeader.Fault(key) is not null)
        {
            return await RunPageAsync(
                id,
                config_id,
                "The form was incomplete.",
                configs,
                usage,
                clock,
                ids,
                cancellation
            );
        }
        return await requests.RunNowAsync(id, config_id, key, caller.AsActor(), cancellation) switch
        {
            RunRequestResult.Queued(var run) => Said.On(DashboardPaths.Run(id, run.RunId), Said.Queued),
            RunRequestResult.AskedBefore(var run) => Said.On(DashboardPaths.Run(id, run.RunId), Said.AskedBefore),
            RunRequestResult.Refused(var reason) => await RunPageAsync(
                id,
                config_id,
                RunRequestAnswer.Why(reason),
                configs,
                usage,
                clock,
                ids,
                cancellation
            ),
            _ => NotFound(),
        };
    }

    private static async Task<IResult> ConfirmPauseAsync(
        string id,
        string config_id,
        PipelineConfigStore configs,
        OperationClock clock,
        CancellationToken cancellation
    ) => await PausePageAsync(id, config_id, null, configs, clock, cancellation);

    private static async Task<IResult> PausePageAsync(
        string id,
        string configId,
        string? fault,
        PipelineConfigStore configs,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        if (await configs.GetAsync(id, configId, cancellation) is not { } config)
        {
            return NotFound();
        }
        var now = await clock.ReadAsync(cancellation);
        var path = DashboardPaths.Pipeline(id, configId);
        var day = Between(config, now, now + Duration.FromDays(1));
        return Confirm(
            new ConfirmModel
            {
                Title = $"Pause {PipelineTable.NameOf(config)}?",
                Consequences =
                [
                    day == 0 ? "Within a day nothing would have become due."
                    : config.NextRunTime is { } next
                        ? $"Each day of the pause leaves out {Counted(day, "run")}; the next one would be due {Shown.Time(next, now)} UTC, {Shown.Age(next, now)}."
                    : $"Each day of the pause leaves out {Counted(day, "run")}.",
                    "What is left out is not caught up afterwards; a backfill can fetch it.",
                    "What runs goes on. What is queued waits, and is skipped after 24 hours.",
                ],
                Action = "Pause",
                Path = $"{path}/pause",
                Back = path,
                Fields = ConfirmFields.Pause,
                Fault = fault,
            }
        );
    }

    private static async Task<IResult> PauseAsync(
        string id,
        string config_id,
        HttpContext http,
        PipelinePausing pausing,
        CurrentCaller caller,
        PipelineConfigStore configs,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var reason = form["reason"].ToString().Trim();
        if (reason.Length is 0 or > LongestReason || reason.Any(char.IsControl))
        {
            return await PausePageAsync(
                id,
                config_id,
                $"Say why, in 1 to {LongestReason} characters.",
                configs,
                clock,
                cancellation
            );
        }
        Instant? until =
            int.TryParse(form["length"], CultureInfo.InvariantCulture, out var hours) && PauseHours.Contains(hours)
                ? await clock.ReadAsync(cancellation) + Duration.FromHours(hours)
                : null;
        return await pausing.PauseAsync(id, config_id, until, reason, caller.AsActor(), cancellation) switch
        {
            PauseResult.Done => Said.On(DashboardPaths.Pipeline(id, config_id), Said.Paused),
            PauseResult.NoSuchPipeline => NotFound(),
            PauseResult.SwitchedOff => await PausePageAsync(
                id,
                config_id,
                "The pipeline is switched off: there is nothing to pause.",
                configs,
                clock,
                cancellation
            ),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<IResult> ConfirmResumeAsync(
        string id,
        string config_id,
        PipelineConfigStore configs,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        if (await configs.GetAsync(id, config_id, cancellation) is not { } config)
        {
            return NotFound();
        }
        var now = await clock.ReadAsync(cancellation);
        var path = DashboardPaths.Pipeline(id, config_id);
        var next = ScheduleOf(config) is { } schedule ? OccurrenceCalculator.Next(schedule, now) : null;
        var missed = config.LastRunTime is { } last ? Between(config, last, now) : 0;
        return Confirm(
            new ConfirmModel
            {
                Title = $"Resume {PipelineTable.NameOf(config)}?",
                Consequences =
                [
                    next is { } time
                        ? $"Its next run is due {Shown.Time(time, now)} UTC, {Shown.Age(time, now)}."
                        : "Its schedule does not fire any more.",
                    missed > 0
                        ? $"Since its last run, due times have come {Counted(missed, "time")}; those within the pause are not caught up."
                        : "What came due within the pause is not caught up.",
                    "What has waited in the queue since before the pause may start at once.",
                ],
                Action = "Resume",
                Path = $"{path}/resume",
                Back = path,
            }
        );
    }

    private static async Task<IResult> ResumeAsync(
        string id,
        string config_id,
        PipelinePausing pausing,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await pausing.ResumeAsync(id, config_id, caller.AsActor(), cancellation) is PauseResult.NoSuchPipeline
            ? NotFound()
            : Said.On(DashboardPaths.Pipeline(id, config_id), Said.Resumed);

    private static async Task<IResult> ConfirmSwitchOffAsync(
        string id,
        string config_id,
        PipelineConfigStore configs,
        QueueStore queue,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        if (await configs.GetAsync(id, config_id, cancellation) is not { } config)
        {
            return NotFound();
        }
        var now = await clock.ReadAsync(cancellation);
        var waiting = (await queue.ListWaitingOfConfigAsync(config_id, MostCounted, cancellation)).Count;
        var path = DashboardPaths.Pipeline(id, config_id);
        return Confirm(
            new ConfirmModel
            {
                Title = $"Switch {PipelineTable.NameOf(config)} off?",
                Consequences =
                [
                    config.NextRunTime is { } next
                        ? $"It makes no runs any more; its next one would be due {Shown.Time(next, now)} UTC, {Shown.Age(next, now)}."
                        : "It makes no runs any more.",
                    waiting == 0
                        ? "Nothing of it waits. What runs goes on to its end."
                        : $"{Counted(waiting, "run")} of it waiting to start will be skipped. What runs goes on to its end.",
                    "Its runs and its data stay. It goes on when the customer or an operator sends its configuration to the API again.",
                ],
                Action = "Switch it off",
                IsDanger = true,
                Path = $"{path}/switch-off",
                Back = path,
                Fault = config.IsActive ? null : "The pipeline is switched off already.",
            }
        );
    }

    private static async Task<IResult> SwitchOffAsync(
        string id,
        string config_id,
        PipelineRetirement retirement,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await retirement.DeactivateAsync(id, config_id, caller.AsActor(), cancellation) is null
            ? NotFound()
            : Said.On(DashboardPaths.Pipeline(id, config_id), Said.SwitchedOff);

    private static Schedule? ScheduleOf(PipelineConfig config) =>
        Schedule.Create(config.ScheduleCron, config.Timezone, config.DstPolicy) is ScheduleResult.Valid(var schedule)
            ? schedule
            : null;

    private static int Between(PipelineConfig config, Instant from, Instant to) =>
        ScheduleOf(config) is { } schedule
            ? OccurrenceCalculator.Preview(schedule, from, MostCounted).Count(next => next.ScheduledTime <= to)
            : 0;

    private static string Counted(int count, string what) =>
        count == 1 ? $"one {what}"
        : count >= MostCounted ? $"{MostCounted} {what}s or more"
        : $"{count} {what}s";

    private static PageResult<ConfirmPage> Confirm(ConfirmModel model) =>
        new(model, model.Fault is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);

    private static PageResult<MessagePage> NotFound() => new(MessagePage.NotFound, StatusCodes.Status404NotFound);
}
