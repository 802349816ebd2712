using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>The part a team member plays; its scopes are in <c>RoleScopes</c>.</summary>
[WireCase(upper: true)]
public enum TeamRole
{
    Owner,
    Admin,
    Collaborator,
    Viewer,
}
