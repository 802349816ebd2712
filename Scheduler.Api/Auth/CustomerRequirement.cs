using Microsoft.AspNetCore.Authorization;
using Scheduler.Core.Security;

namespace Scheduler.Api.Auth;

/// <summary>The key of the customer in the path, with a scope; or the admin key.</summary>
/// <param name="Resource">What the call is about.</param>
/// <param name="Action">Null: read for GET and HEAD, write for everything else.</param>
internal sealed record CustomerRequirement(ScopeResource Resource, ScopeAction? Action) : IAuthorizationRequirement
{
    public ScopeAction ActionFor(string method) =>
        Action ?? (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? ScopeAction.Read : ScopeAction.Write);
}
