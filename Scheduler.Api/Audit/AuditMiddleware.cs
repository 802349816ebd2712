using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.RateLimits;
using Scheduler.Core.Audit;

namespace Scheduler.Api.Audit;

/// <summary>
/// Looks at each answer on a management or control route: a refusal is counted, in memory; after a change that was made the
/// chains are extended. Never waits for anything.
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, RefusalLedger ledger, AuditSignal signal, IClock clock)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // Kept from routing on: an exception's handler forgets it.
        RouteEndpoint? endpoint = null;
        context.Response.OnStarting(() =>
        {
            endpoint ??= context.GetEndpoint() as RouteEndpoint;
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            Look(context, endpoint ?? context.GetEndpoint() as RouteEndpoint);
        }
    }

    private void Look(HttpContext context, RouteEndpoint? endpoint)
    {
        if (
            endpoint?.Metadata.GetMetadata<AccessDeclaration>() is not { Kinds.Count: > 0 }
            || endpoint.Metadata.GetMetadata<RoutineCall>() is not null
        )
        {
            return;
        }
        var status = context.Response.StatusCode;
        if (
            status
            is StatusCodes.Status401Unauthorized
                or StatusCodes.Status403Forbidden
                or StatusCodes.Status429TooManyRequests
        )
        {
            var caller = CurrentCaller.Of(context);
            var name =
                caller.Kind == CallerKind.Anonymous
                    ? $"address:{AddressPartition.Of(context.Connection.RemoteIpAddress)}"
                    : caller.KeyId;
            var route = $"{context.Request.Method} /{endpoint.RoutePattern.RawText?.Trim('/')}";
            // The process's own clock: it names a minute, nothing is decided by it.
            ledger.Count(clock.GetCurrentInstant(), name, route, status, caller.CustomerId);
        }
        else if (!HttpMethods.IsGet(context.Request.Method) && status < 400)
        {
            signal.Raise();
        }
    }
}
