using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;

namespace Scheduler.Api.Hosting;

/// <summary>Liveness: the process answers. Readiness: what it needs answers too.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        // No limit: whoever asks too much must not take a healthy process out of its load balancer.
        var group = app.MapGroup("/health").WithTags("Health").Open().DisableRateLimiting();
        group.MapGet("/live", Live).WithName("Live").WithSummary("Whether the process answers.");
        group
            .MapGet("/ready", ReadyAsync)
            .WithName("Ready")
            .WithSummary("Whether the process should be sent requests; asked of the store once a second at most.")
            .Refuses(ErrorCode.NotReady);
    }

    private static Ok<HealthResponse> Live() => TypedResults.Ok(new HealthResponse { Status = "live" });

    private static async Task<Results<Ok<HealthResponse>, SchedulerProblem>> ReadyAsync(
        Readiness readiness,
        CancellationToken cancellation
    )
    {
        var faults = await readiness.FaultsAsync(cancellation);
        return faults.Count == 0
            ? TypedResults.Ok(new HealthResponse { Status = "ready" })
            : SchedulerProblem.Create(ErrorCode.NotReady, string.Join("; ", faults));
    }
}
