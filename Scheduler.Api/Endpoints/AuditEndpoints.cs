using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>Who changed what, and who was refused.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/scheduler/audit", ListAsync)
            .WithTags("Scheduler")
            .WithName("ListAudit")
            .WithSummary("The audit trail, newest first; with refusals=true how often callers were refused, by minute.")
            .RequireAdmin()
            .Refuses(ErrorCode.InvalidQuery);

    private static async Task<
        Results<Page<RefusedCallsResponse>, Page<AuditEntryResponse>, SchedulerProblem>
    > ListAsync(
        [AsParameters] AuditQuery query,
        [AsParameters] PageQuery page,
        AuditStore audit,
        CancellationToken cancellation
    ) =>
        query.Refusals == true
            ? await RefusalsAsync(query, page, audit, cancellation)
            : await EntriesAsync(query, page, audit, cancellation);

    private static async Task<
        Results<Page<RefusedCallsResponse>, Page<AuditEntryResponse>, SchedulerProblem>
    > EntriesAsync(AuditQuery query, PageQuery page, AuditStore audit, CancellationToken cancellation)
    {
        if ((page.Read(parts: 1, out var start) ?? query.ReadTimes(out _, out _)) is { } problem)
        {
            return problem;
        }
        _ = query.ReadTimes(out var from, out var to);
        var filter = new AuditFilter
        {
            CustomerId = query.CustomerId,
            From = from,
            To = to,
            AfterId = start.After?[0],
            Limit = start.Limit + 1,
        };
        var rows = await audit.ListAsync(filter, cancellation);
        return Page.Of(rows, start.Limit, entry => [entry.AuditId], AuditView.Of);
    }

    private static async Task<
        Results<Page<RefusedCallsResponse>, Page<AuditEntryResponse>, SchedulerProblem>
    > RefusalsAsync(AuditQuery query, PageQuery page, AuditStore audit, CancellationToken cancellation)
    {
        if ((page.Read(parts: 4, out var start) ?? query.ReadTimes(out _, out _)) is { } problem)
        {
            return problem;
        }
        _ = query.ReadTimes(out var from, out var to);
        var after = start.After is { } cursor ? AuditView.PlaceOf(cursor) : null;
        if (start.After is not null && after is null)
        {
            return PageQuery.WrongCursor();
        }
        var filter = new RefusalFilter
        {
            CustomerId = query.CustomerId,
            From = from,
            To = to,
            After = after,
            Limit = start.Limit + 1,
        };
        var rows = await audit.ListRefusalsAsync(filter, cancellation);
        return Page.Of(rows, start.Limit, AuditView.CursorOf, AuditView.Of);
    }
}
