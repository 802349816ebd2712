using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Audit;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Api.Hosting;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Endpoints;

/// <summary>The call that plans what is due: every minute by a cron service, or less often.</summary>
internal static class TriggerEndpoints
{
    public static void MapTrigger(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/scheduler/trigger", TriggerAsync)
            .WithTags("Scheduler")
            .WithName("Trigger")
            .WithSummary("Queues every pipeline that is due.")
            .RequireTrigger()
            .WithMetadata(RoutineCall.Mark)
            .WithRequestTimeout(ServerLimits.Batch);

    private static async Task<Ok<TriggerResponse>> TriggerAsync(
        Body<TriggerRequest> body,
        Trigger trigger,
        CancellationToken cancellation
    ) => TypedResults.Ok(await trigger.RunAsync(body.Value, cancellation));
}
