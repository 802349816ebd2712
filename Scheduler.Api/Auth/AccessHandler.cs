using Microsoft.AspNetCore.Authorization;
using Scheduler.Api.Errors;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Auth;

/// <summary>Judges the three requirements that endpoints can declare.</summary>
internal sealed class AccessHandler : IAuthorizationHandler
{
    /// <summary>The name of the customer's place in every route.</summary>
    public const string CustomerRouteValue = "id";

    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (context.Resource is not HttpContext http)
        {
            return Task.CompletedTask;
        }
        foreach (var requirement in context.PendingRequirements.ToList())
        {
            Judge(context, requirement, http);
        }
        return Task.CompletedTask;
    }

    private void Judge(AuthorizationHandlerContext context, IAuthorizationRequirement requirement, HttpContext http)
    {
        var caller = CurrentCaller.Of(http);
        switch (requirement)
        {
            case DeclaredAccessRequirement when http.GetEndpoint() is not RouteEndpoint:
            case KindRequirement kinds when kinds.Kinds.Contains(caller.Kind):
                context.Succeed(requirement);
                break;
            case CustomerRequirement wanted when caller.Kind != CallerKind.Anonymous:
                var id = http.GetRouteValue(CustomerRouteValue) as string;
                var action = wanted.ActionFor(http.Request.Method);
                if (CustomerAccess.Refuse(caller, id, wanted.Resource, action) is { } code)
                {
                    var needed = $"This call needs the scope {Wire.Name(wanted.Resource)}:{Wire.Name(action)}.";
                    context.Fail(new AccessRefusal(this, code, code == ErrorCode.MissingScope ? needed : null));
                    break;
                }
                context.Succeed(requirement);
                break;
        }
    }
}
