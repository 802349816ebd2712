using Scheduler.Api.Errors;
using Scheduler.Core.Security;

namespace Scheduler.Api.Auth;

/// <summary>Decides whether a caller may touch a customer's things.</summary>
internal static class CustomerAccess
{
    /// <summary>Null when it may; otherwise the one thing to answer.</summary>
    /// <remarks>
    /// Whose the key is comes first: nobody learns from the answer whether another customer exists or how it stands.
    /// A customer whose plan has ended still reaches its subscription, or it could never buy another.
    /// </remarks>
    public static ErrorCode? Refuse(
        CurrentCaller caller,
        string? pathCustomerId,
        ScopeResource resource,
        ScopeAction action
    )
    {
        if (caller.IsAdmin)
        {
            return null;
        }
        if (caller.Identity is not { } identity)
        {
            return ErrorCode.Forbidden;
        }
        if (!string.Equals(identity.CustomerId, pathCustomerId, StringComparison.Ordinal))
        {
            return ErrorCode.CustomerMismatch;
        }
        return identity.Customer switch
        {
            AccountStanding.Suspended => ErrorCode.CustomerSuspended,
            AccountStanding.TrialEnded when resource != ScopeResource.Subscription => ErrorCode.TrialEnded,
            AccountStanding.SubscriptionEnded when resource != ScopeResource.Subscription =>
                ErrorCode.SubscriptionEnded,
            _ => RoleScopes.Allow(identity.Scopes, identity.Ceiling, resource, action) ? null : ErrorCode.MissingScope,
        };
    }
}
