using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using Scheduler.Api.Audit;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Errors;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Queue;

namespace Scheduler.Api.Endpoints;

/// <summary>The lease protocol of the workers, and inline execution for callers who only send a request.</summary>
internal static class QueueEndpoints
{
    public static void MapQueue(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/v1/scheduler/process-queue")
            .WithTags("Queue")
            .RequireWorker()
            .WithMetadata(RoutineCall.Mark)
            .Refuses(ErrorCode.StoreBusy);

        group
            .MapPost("", ProcessAsync)
            .WithName("ProcessQueue")
            .WithSummary(
                "Takes work from the queue: runs one item here (inline), or leases items to the caller (lease)."
            )
            .WithRequestTimeout(ServerLimits.LongPoll)
            .Refuses(ErrorCode.QueueEmpty, ErrorCode.InlineDisabled);
        group
            .MapPost("/heartbeat", HeartbeatAsync)
            .WithName("Heartbeat")
            .WithSummary("Renews leases; says which are lost and which runs to cancel.")
            .WithMetadata(BodyLimit.Leases);
        group
            .MapPost("/results", ReportAsync)
            .WithName("ReportResults")
            .WithSummary("Reports how leased items ended; each counts once, under the token it was leased with.")
            .WithMetadata(BodyLimit.Results);
        group
            .MapPost("/pace", PaceAsync)
            .WithName("TakeTurns")
            .WithSummary("Takes turns for calls to a provider, which all workers of a customer share.");
    }

    private static async Task<Results<Ok<InlineResponse>, Ok<LeaseResponse>, SchedulerProblem>> ProcessAsync(
        Body<ProcessQueueRequest> body,
        ApiOptions options,
        LeaseDesk desk,
        InlineQueue inline,
        TemplateCatalog templates,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellation
    )
    {
        var request = body.Value;
        var worker = request.WorkerId ?? WorkerIdentity.Create("anonymous", Guid.NewGuid());
        // A poll must not hold up the end of the process.
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            if (request.Execution == ExecutionMode.Lease)
            {
                var wait = Duration.FromSeconds(request.WaitSeconds);
                var items = await desk.LeaseAsync(worker, request.MaxItems, wait, waiting.Token);
                if (cancellation.IsCancellationRequested && items.Count > 0)
                {
                    // Nobody is there to take them.
                    await desk.GiveBackAsync(worker, items);
                    return Empty();
                }
                return items.Count == 0
                    ? Empty()
                    : TypedResults.Ok(new LeaseResponse { Items = [.. items.Select(item => Timed(item, templates))] });
            }
            if (!options.InlineExecution)
            {
                return SchedulerProblem.Create(
                    ErrorCode.InlineDisabled,
                    "Send \"execution\": \"lease\", or switch Scheduler__InlineExecution on."
                );
            }
            return await inline.RunNextAsync(worker, request, waiting.Token, cancellation) is { } answer
                ? TypedResults.Ok(answer)
                : Empty();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Empty();
        }
    }

    private static async Task<Ok<HeartbeatResponse>> HeartbeatAsync(
        Body<HeartbeatRequest> body,
        LeaseDesk desk,
        CancellationToken cancellation
    ) => TypedResults.Ok(await desk.HeartbeatAsync(body.Value, cancellation));

    private static async Task<Ok<ResultsResponse>> ReportAsync(
        Body<ResultsRequest> body,
        LeaseDesk desk,
        CancellationToken cancellation
    ) => TypedResults.Ok(await desk.ReportAsync(body.Value, cancellation));

    private static async Task<Ok<PaceResponse>> PaceAsync(
        Body<PaceRequest> body,
        PaceDesk desk,
        CancellationToken cancellation
    ) => TypedResults.Ok(await desk.TakeAsync(body.Value, cancellation));

    /// <summary>A worker that does not have the templates learns here how long a run may take.</summary>
    private static LeaseItem Timed(LeaseItem item, TemplateCatalog templates) =>
        templates.Find(item.Provider, item.Domain, item.PipelineTemplate) is { } template
            ? item with
            {
                Timeout = (int)template.RunTimeout.TotalSeconds,
            }
            : item;

    private static SchedulerProblem Empty() => SchedulerProblem.Create(ErrorCode.QueueEmpty);
}
