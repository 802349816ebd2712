using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>Liveness: the process answers. Readiness: what it needs answers too.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/health").WithTags("Health").Open();
        group.MapGet("/live", Live).WithName("Live").WithSummary("Whether the process answers.").DisableRateLimiting();
        group
            .MapGet("/ready", ReadyAsync)
            .WithName("Ready")
            .WithSummary("Whether the process should be sent requests.")
            .Refuses(ErrorCode.NotReady);
    }

    private static Ok<HealthResponse> Live() => TypedResults.Ok(new HealthResponse { Status = "live" });

    private static async Task<Results<Ok<HealthResponse>, SchedulerProblem>> ReadyAsync(
        IEnumerable<IReadinessProbe> probes,
        TimeProvider time,
        ILogger<HealthResponse> logger,
        CancellationToken cancellation
    )
    {
        var faults = new List<string>();
        foreach (var probe in probes)
        {
            if (await AskAsync(probe, time, logger, cancellation) is { } fault)
            {
                faults.Add($"{probe.Name}: {fault}");
            }
        }
        return faults.Count == 0
            ? TypedResults.Ok(new HealthResponse { Status = "ready" })
            : SchedulerProblem.Create(ErrorCode.NotReady, string.Join("; ", faults));
    }

    /// <summary>A probe that throws or hangs is a probe that failed; why it threw is for the log.</summary>
    private static async Task<string?> AskAsync(
        IReadinessProbe probe,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        try
        {
            return await probe.CheckAsync(cancellation).AsTask().WaitAsync(Patience, time, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            LogMessages.ProbeFailed(logger, failure, probe.Name);
            return failure is TimeoutException ? "no answer in time" : "failed";
        }
    }
}
