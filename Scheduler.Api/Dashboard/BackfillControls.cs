using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Backfills: looked at before they are started, then paused, resumed and cancelled.</summary>
internal static class BackfillControls
{
    private const int DefaultDays = 7;

    private static readonly LocalDateTimePattern Field = LocalDateTimePattern.CreateWithInvariantCulture(
        "uuuu-MM-dd'T'HH:mm"
    );

    public static void MapBackfillControls(this IEndpointRouteBuilder app)
    {
        app.MapGet("/customers/{id}/pipelines/{config_id}/backfill", LookAsync);
        app.MapPost("/customers/{id}/pipelines/{config_id}/backfill", StartAsync);
        var group = app.MapGroup("/customers/{id}/backfills/{backfill_id}");
        foreach (var change in new[] { "pause", "resume", "cancel" })
        {
            group.MapGet(
                $"/{change}",
                (string id, string backfill_id, Backfills backfills, CancellationToken cancellation) =>
                    ConfirmAsync(change, id, backfill_id, null, backfills, cancellation)
            );
            group.MapPost(
                $"/{change}",
                (
                    string id,
                    string backfill_id,
                    Backfills backfills,
                    CurrentCaller caller,
                    CancellationToken cancellation
                ) => ChangeAsync(change, id, backfill_id, backfills, caller.AsActor(), cancellation)
            );
        }
    }

    private static async Task<IResult> LookAsync(
        string id,
        string config_id,
        string? from,
        string? to,
        string? mode,
        string? max_concurrent,
        PipelineConfigStore configs,
        CustomerStore customers,
        Backfills backfills,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await PageAsync(
            id,
            config_id,
            new Asked(from, to, mode, max_concurrent),
            isStarted: false,
            configs,
            customers,
            backfills,
            caller.AsActor(),
            cancellation
        );

    private static async Task<IResult> StartAsync(
        string id,
        string config_id,
        HttpContext http,
        PipelineConfigStore configs,
        CustomerStore customers,
        Backfills backfills,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        return await PageAsync(
            id,
            config_id,
            new Asked(form["from"], form["to"], form["mode"], form["max_concurrent"]),
            isStarted: true,
            configs,
            customers,
            backfills,
            caller.AsActor(),
            cancellation
        );
    }

    private static async Task<IResult> PageAsync(
        string id,
        string configId,
        Asked asked,
        bool isStarted,
        PipelineConfigStore configs,
        CustomerStore customers,
        Backfills backfills,
        Actor actor,
        CancellationToken cancellation
    )
    {
        if (
            await configs.GetAsync(id, configId, cancellation) is not { } config
            || await customers.StandingAsync(id, cancellation) is not { } standing
        )
        {
            return NotFound();
        }
        // Whole minutes: so the fields say them.
        var minute = Instant.FromUnixTimeSeconds(standing.Now.ToUnixTimeSeconds() / 60 * 60);
        var model = new BackfillPlanModel
        {
            Config = config,
            CompanyName = standing.CompanyName,
            From = Read(asked.From) ?? minute - Duration.FromDays(DefaultDays),
            To = Instant.Min(Read(asked.To) ?? minute, minute),
            Mode = Wire.TryParse(asked.Mode, out BackfillMode mode) ? mode : BackfillMode.Missing,
            MaxConcurrent = int.TryParse(asked.MaxConcurrent, CultureInfo.InvariantCulture, out var most)
                ? Math.Clamp(most, 1, StartBackfillRequest.MostConcurrent)
                : 1,
        };
        if (model.From >= model.To)
        {
            return Page(model with { Fault = "The beginning must be before the end." }, isStarted);
        }
        var result = await backfills.StartAsync(
            id,
            configId,
            model.Mode,
            model.From,
            model.To,
            model.MaxConcurrent,
            isDryRun: !isStarted,
            actor,
            cancellation
        );
        return result switch
        {
            BackfillResult.Done => Said.On(DashboardPaths.Pipeline(id, configId), Said.BackfillStarted),
            BackfillResult.Planned planned => Page(model with { Plan = planned }, isStarted: false),
            BackfillResult.TooMany(var limit, var upTo) => Page(
                model with
                {
                    Fault =
                        $"That is more than {Shown.Number(limit)} runs; up to {Shown.Time(upTo, standing.Now)} UTC it is {Shown.Number(limit)}. Take it in parts.",
                },
                isStarted
            ),
            BackfillResult.Nothing => Page(
                model with
                {
                    Fault = "Nothing in this time is to be run: nothing was due, or nothing is as asked for.",
                },
                isStarted
            ),
            BackfillResult.OpenAlready => Page(
                model with
                {
                    Fault = "The pipeline has an open backfill; cancel it, or wait for its end.",
                },
                isStarted
            ),
            _ => NotFound(),
        };
    }

    private static async Task<IResult> ConfirmAsync(
        string change,
        string id,
        string backfillId,
        string? fault,
        Backfills backfills,
        CancellationToken cancellation
    )
    {
        if (await backfills.FindAsync(id, backfillId, cancellation) is not var (backfill, progress))
        {
            return NotFound();
        }
        var left = Math.Max(0, backfill.Occurrences - progress.Begun);
        string[] consequences = change switch
        {
            "pause" =>
            [
                $"No new runs until it is resumed: {Shown.Number(left)} of {Shown.Number(backfill.Occurrences)} have not begun.",
                $"The {Shown.Number(progress.Open)} that are open go on.",
            ],
            "resume" => [$"It goes on with the {Shown.Number(left)} runs that have not begun, below all live work."],
            _ =>
            [
                $"The {Shown.Number(left)} runs that have not begun never will; queued ones are skipped.",
                "Runs that run go on to their end. What has completed stays.",
            ],
        };
        return new PageResult<ConfirmPage>(
            new ConfirmModel
            {
                Title = $"{Capital(change)} the backfill?",
                Consequences = consequences,
                Action = $"{Capital(change)} it",
                IsDanger = change == "cancel",
                Path = $"{DashboardPaths.Customer(id)}/backfills/{Uri.EscapeDataString(backfillId)}/{change}",
                Back = DashboardPaths.Pipeline(id, backfill.ConfigId),
                Fault = fault,
            },
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict
        );
    }

    private static async Task<IResult> ChangeAsync(
        string change,
        string id,
        string backfillId,
        Backfills backfills,
        Actor actor,
        CancellationToken cancellation
    )
    {
        var result = change switch
        {
            "pause" => await backfills.PauseAsync(id, backfillId, actor, cancellation),
            "resume" => await backfills.ResumeAsync(id, backfillId, actor, cancellation),
            _ => await backfills.CancelAsync(id, backfillId, actor, cancellation),
        };
        return result switch
        {
            BackfillResult.Done(var backfill) => Said.On(
                DashboardPaths.Pipeline(id, backfill.ConfigId),
                Said.BackfillChanged
            ),
            BackfillResult.EndedAlready => await ConfirmAsync(
                change,
                id,
                backfillId,
                "The backfill has ended meanwhile.",
                backfills,
                cancellation
            ),
            _ => NotFound(),
        };
    }

    private static PageResult<BackfillPlanPage> Page(BackfillPlanModel model, bool isStarted) =>
        new(model, isStarted ? StatusCodes.Status409Conflict : StatusCodes.Status200OK);

    private static Instant? Read(string? field) =>
        field is not null
        && Field.Parse(field) is { Success: true, Value: var time }
        && time.Year is >= 1900 and <= 2200
            ? time.InUtc().ToInstant()
            : null;

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static PageResult<MessagePage> NotFound() => new(MessagePage.NotFound, StatusCodes.Status404NotFound);

    private sealed record Asked(string? From, string? To, string? Mode, string? MaxConcurrent);
}
