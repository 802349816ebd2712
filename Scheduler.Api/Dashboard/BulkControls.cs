using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>One action on all pipelines that a search finds: looked at first, followed, taken back.</summary>
internal static class BulkControls
{
    private const int LongestText = 200;
    private const int LongestReason = 500;
    private const int MostExceptions = 20;
    private static readonly int[] PauseHours = [1, 4, 24, 168];

    public static void MapBulkControls(this IEndpointRouteBuilder app)
    {
        app.MapGet("/bulks", ListAsync);
        app.MapGet("/bulks/new", LookAsync);
        app.MapPost("/bulks/new", StartAsync);
        app.MapGet("/bulks/{bulk_id}", ShowAsync);
        app.MapGet("/bulks/{bulk_id}/undo", ConfirmUndoAsync);
        app.MapPost("/bulks/{bulk_id}/undo", UndoAsync);
    }

    /// <summary>The search that the filter came from.</summary>
    public static string QueryOf(BulkFilter filter)
    {
        var query = new QueryBuilder();
        Add("search", filter.Search);
        Add("provider", filter.Provider);
        Add("state", filter.State is { } state ? Wire.Name(state) : null);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Add(name, value);
            }
        }
    }

    private static async Task<PageResult<BulksPage>> ListAsync(
        string? state,
        string? sort,
        string? cursor,
        BulkStore bulks,
        CancellationToken cancellation
    )
    {
        var known = Wire.TryParse(state, out BulkState parsed) ? parsed : (BulkState?)null;
        var page = await ListPage.ReadAsync(
            sort,
            cursor,
            from =>
                bulks.ListAsync(
                    known,
                    from is null ? null : PageCursor.Read(from, 1)?[0],
                    PageQuery.Standard + 1,
                    cancellation
                ),
            bulk => [bulk.BulkId],
            BulksPage.Sorted
        );
        return new(new BulksModel(page.Rows, known, page.Order, page.Next));
    }

    private static async Task<IResult> LookAsync(
        string? action,
        string? search,
        string? provider,
        string? state,
        Bulks bulks,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        Wire.TryParse(action, out BulkAction known)
            ? await PlanAsync(known, FilterOf(search, provider, state), null, bulks, caller, cancellation)
            : new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);

    private static async Task<IResult> PlanAsync(
        BulkAction action,
        BulkFilter filter,
        string? fault,
        Bulks bulks,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var result = await bulks.StartAsync(
            action,
            filter,
            "looked at",
            until: null,
            failedSince: null,
            isDryRun: true,
            caller.AsActor(),
            cancellation
        );
        var model = new BulkPlanModel
        {
            Action = action,
            Filter = filter,
            Plan = result as BulkResult.Planned is { Total: > 0 } plan ? plan : null,
            Fault = result switch
            {
                BulkResult.TooMany(var most) =>
                    $"That finds more than {Shown.Number(most)} pipelines; take them in parts.",
                BulkResult.Nothing or BulkResult.Planned { Total: 0 } =>
                    "The search finds no pipeline that this could do anything to.",
                _ => fault,
            },
        };
        return new PageResult<BulkPlanPage>(
            model,
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict
        );
    }

    private static async Task<IResult> StartAsync(
        HttpContext http,
        Bulks bulks,
        OperationClock clock,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        if (!Wire.TryParse(form["action"], out BulkAction action))
        {
            return new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
        }
        var filter = FilterOf(form["search"], form["provider"], form["state"]);
        var reason = form["reason"].ToString().Trim();
        if (reason.Length is 0 or > LongestReason || reason.Any(char.IsControl))
        {
            var fault = $"Say why, in 1 to {LongestReason} characters.";
            return await PlanAsync(action, filter, fault, bulks, caller, cancellation);
        }
        Instant? until =
            action == BulkAction.Pause
            && int.TryParse(form["length"], CultureInfo.InvariantCulture, out var hours)
            && PauseHours.Contains(hours)
                ? await clock.ReadAsync(cancellation) + Duration.FromHours(hours)
                : null;
        var result = await bulks.StartAsync(
            action,
            filter,
            reason,
            until,
            failedSince: null,
            isDryRun: false,
            caller.AsActor(),
            cancellation
        );
        return result is BulkResult.Accepted(var bulk)
            ? Said.On(PathOf(bulk.BulkId), Said.BulkStarted)
            : await PlanAsync(action, filter, "Nothing was done: try again.", bulks, caller, cancellation);
    }

    private static async Task<IResult> ShowAsync(string bulk_id, BulkStore bulks, CancellationToken cancellation)
    {
        if (await bulks.GetAsync(bulk_id, cancellation) is not { } bulk)
        {
            return new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
        }
        var exceptions = new List<BulkItem>();
        foreach (var state in new[] { BulkItemState.Refused, BulkItemState.Kept })
        {
            exceptions.AddRange(await bulks.ListItemsAsync(bulk_id, state, -1, MostExceptions, cancellation));
        }
        return new PageResult<BulkPage>(
            new BulkModel(bulk, await bulks.CountItemsAsync(bulk_id, cancellation), exceptions)
        );
    }

    private static async Task<IResult> ConfirmUndoAsync(string bulk_id, BulkStore bulks, CancellationToken cancellation)
    {
        if (await bulks.GetAsync(bulk_id, cancellation) is not { } bulk)
        {
            return new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
        }
        var items = await bulks.CountItemsAsync(bulk_id, cancellation);
        return new PageResult<ConfirmPage>(
            new ConfirmModel
            {
                Title = $"Take back: {BulkPage.WordOf(bulk.Action).ToLowerInvariant()}?",
                Consequences =
                [
                    $"What was done to {Shown.Number(items.GetValueOrDefault(BulkItemState.Done))} pipelines is undone: pauses are as they were before, runs that have not started are skipped.",
                    $"The {Shown.Number(items.GetValueOrDefault(BulkItemState.Pending))} that it has not come to are left as they are.",
                    "Runs that have started go on, and what others have changed since is kept.",
                ],
                Action = "Take it back",
                IsDanger = true,
                Path = $"{PathOf(bulk_id)}/undo",
                Back = PathOf(bulk_id),
            }
        );
    }

    private static async Task<IResult> UndoAsync(
        string bulk_id,
        Bulks bulks,
        CurrentCaller caller,
        CancellationToken cancellation
    ) =>
        await bulks.UndoAsync(bulk_id, caller.AsActor(), cancellation) is BulkResult.Accepted
            ? Said.On(PathOf(bulk_id), Said.BulkUndone)
            : new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);

    private static string PathOf(string bulkId) => $"{DashboardPaths.Root}/bulks/{Uri.EscapeDataString(bulkId)}";

    private static BulkFilter FilterOf(string? search, string? provider, string? state) =>
        new()
        {
            Search = Given(search),
            Provider = Given(provider),
            State = Wire.TryParse(state, out PipelineState known) ? known : null,
        };

    private static string? Given(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : text.Trim() is var given && given.Length > LongestText ? given[..LongestText]
        : given;
}
