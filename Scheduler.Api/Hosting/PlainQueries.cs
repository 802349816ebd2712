using Scheduler.Api.Errors;

namespace Scheduler.Api.Hosting;

/// <summary>Refuses the character NUL in a query, as the server does in a path: not every store can look for it.</summary>
internal static class PlainQueries
{
    public static IApplicationBuilder UsePlainQueries(this IApplicationBuilder app) =>
        app.Use(
            static (context, next) =>
                context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true
                    ? SchedulerProblem
                        .Create(ErrorCode.InvalidQuery, "A query must not contain the control character NUL, %00.")
                        .ExecuteAsync(context)
                    : next(context)
        );
}
