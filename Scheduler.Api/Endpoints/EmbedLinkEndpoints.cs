using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Embedding;
using Scheduler.Api.Errors;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;

namespace Scheduler.Api.Endpoints;

/// <summary>Links by which a customer's own site shows the customer's page.</summary>
internal static class EmbedLinkEndpoints
{
    public static void MapEmbedLinks(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/scheduler/customer/{id}/embed-links", CreateAsync)
            .WithTags("Pipelines")
            .WithName("CreateEmbedLink")
            .WithSummary(
                "A link to the customer's own page: its pipelines, runs, quota and costs, to look at, for an hour at most."
            )
            // It changes nothing: whoever may read all that the page shows may hand out a look at it.
            .RequireCustomer(ScopeResource.Pipelines, ScopeAction.Read)
            .Refuses(ErrorCode.NotFound);

    private static async Task<Results<Created<EmbedLinkResponse>, SchedulerProblem>> CreateAsync(
        string id,
        Body<EmbedLinkRequest> body,
        EmbedLinkMaking making,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var life = Duration.FromSeconds(body.Value.TtlSeconds);
        if (await making.MakeAsync(id, life, caller.AsActor(), cancellation) is not { } link)
        {
            return SchedulerProblem.Create(ErrorCode.NotFound);
        }
        var url = EmbedPages.Root + link.Query(theme: null);
        return TypedResults.Created(url, new EmbedLinkResponse { Url = url, ExpiresAt = link.Until });
    }
}
