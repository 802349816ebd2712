using Microsoft.AspNetCore.Http.HttpResults;
using Scheduler.Api.Auth;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Forecasts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>What is to come.</summary>
internal static class ForecastEndpoints
{
    public static void MapForecast(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/scheduler/forecast", ForecastAsync)
            .WithTags("Scheduler")
            .WithName("Forecast")
            .WithSummary(
                "The load of the next 24 hours by minute, the herds in it, and the spreads that would flatten them."
            )
            .RequireAdmin();

    private static async Task<Ok<ForecastResponse>> ForecastAsync(
        ScheduleStore schedules,
        OperationClock clock,
        CancellationToken cancellation
    )
    {
        var now = await clock.ReadAsync(cancellation);
        return TypedResults.Ok(Forecast.Of(await schedules.ListSchedulesAsync(now, cancellation), now, cancellation));
    }
}
