using Microsoft.AspNetCore.Diagnostics;

namespace Scheduler.Api.Errors;

/// <summary>Makes every refusal a problem document, also those that the framework answers by itself.</summary>
public static class Problems
{
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        // The handler names the parameter; without this the framework would answer an empty 400 outside Development.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services.AddExceptionHandler<ProblemDetailsExceptionHandler>();
    }

    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) =>
        app.UseExceptionHandler(_ => { }).UseStatusCodePages(AnswerAsync);

    private static Task AnswerAsync(StatusCodeContext context) =>
        SchedulerProblem
            .Create(ErrorCatalog.ForStatus(context.HttpContext.Response.StatusCode))
            .ExecuteAsync(context.HttpContext);
}
