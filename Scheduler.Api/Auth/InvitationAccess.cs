using Scheduler.Api.Errors;
using Scheduler.Core.Security;

namespace Scheduler.Api.Auth;

/// <summary>Judges a change of a team member that comes without an invitation token, as the other customer calls are judged.</summary>
internal static class InvitationAccess
{
    public const string Scope = "team:write";

    /// <summary>Null when the caller may; otherwise what to answer.</summary>
    public static SchedulerProblem? Refuse(HttpContext context, string customerId)
    {
        var caller = CurrentCaller.Of(context);
        if (caller.Kind == CallerKind.Anonymous)
        {
            var refusal = context.Features.Get<KeyRefusal>() ?? AccessResultHandler.Missing;
            return SchedulerProblem.Create(refusal.Code, refusal.Detail, refusal.RetryAfter);
        }
        return CustomerAccess.Refuse(caller, customerId, ScopeResource.Team, ScopeAction.Write) is { } code
            ? SchedulerProblem.Create(
                code,
                code == ErrorCode.MissingScope ? $"This call needs the scope {Scope}." : null
            )
            : null;
    }
}
