using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>The pipelines of all customers, for operators.</summary>
internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/scheduler/pipelines", SearchAsync)
            .WithTags("Scheduler")
            .WithName("SearchPipelines")
            .WithSummary("The pipelines of all customers, by customer, provider, domain, template and name.")
            .RequireAdmin()
            .Refuses(ErrorCode.InvalidQuery);

    private static async Task<Results<Page<FoundPipelineResponse>, SchedulerProblem>> SearchAsync(
        [AsParameters] PipelineQuery query,
        [AsParameters] PageQuery page,
        PipelineConfigStore configs,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        if (query.Read(page, out var filter) is { } problem)
        {
            return problem;
        }
        var rows = await configs.SearchAsync(filter with { Limit = filter.Limit + 1 }, clock.ForScript, cancellation);
        return Page.Of(rows, filter.Limit, found => found.Place, PipelineView.Of);
    }
}
