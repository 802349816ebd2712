using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Scheduler.Api.Dashboard.Sessions;
using Scheduler.Api.Errors;

namespace Scheduler.Api.Auth;

/// <summary>Turns a refused authorization into its problem document.</summary>
internal sealed class AccessResultHandler : IAuthorizationMiddlewareResultHandler
{
    internal static readonly KeyRefusal Missing = new(
        ErrorCode.MissingApiKey,
        "Send a key: X-API-Key for a customer, X-Admin-Key or X-Worker-Key for the system."
    );

    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    )
    {
        if (authorizeResult.Succeeded)
        {
            return next(context);
        }
        if (context.GetEndpoint()?.Metadata.GetMetadata<SessionAccess>() is not null)
        {
            return SignInFirst.AnswerAsync(context);
        }
        if (CurrentCaller.Of(context).Kind == CallerKind.Anonymous)
        {
            var refusal = context.Features.Get<KeyRefusal>() ?? Missing;
            return SchedulerProblem.Create(refusal.Code, refusal.Detail, refusal.RetryAfter).ExecuteAsync(context);
        }
        var reasons = authorizeResult.AuthorizationFailure?.FailureReasons ?? [];
        var reason = reasons.OfType<AccessRefusal>().FirstOrDefault();
        return SchedulerProblem.Create(reason?.Code ?? ErrorCode.Forbidden, reason?.Detail).ExecuteAsync(context);
    }
}
