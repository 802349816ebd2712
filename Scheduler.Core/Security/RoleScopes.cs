using System.Collections.Frozen;

namespace Scheduler.Core.Security;

/// <summary>
/// What each role may do at most. A key bound to a member never does more than the member's role, whatever scopes
/// were written on the key. That only an OWNER manages OWNERs is a rule of the team calls, not a scope.
/// </summary>
public static class RoleScopes
{
    private static readonly FrozenDictionary<TeamRole, IReadOnlyList<Scope>> Table = new Dictionary<
        TeamRole,
        IReadOnlyList<Scope>
    >
    {
        [TeamRole.Owner] = [Scope.Everything],
        [TeamRole.Admin] = [Scope.Everything],
        [TeamRole.Collaborator] =
        [
            new(ScopeResource.Pipelines, null),
            new(ScopeResource.Runs, null),
            new(ScopeResource.Credentials, ScopeAction.Read),
            new(ScopeResource.Usage, ScopeAction.Read),
        ],
        [TeamRole.Viewer] =
        [
            new(ScopeResource.Pipelines, ScopeAction.Read),
            new(ScopeResource.Runs, ScopeAction.Read),
            new(ScopeResource.Usage, ScopeAction.Read),
        ],
    }.ToFrozenDictionary();

    public static IReadOnlyList<Scope> Of(TeamRole role) => Table[role];

    /// <summary>
    /// True when one of the key's scopes allows the call and, for a key bound to a member, the role allows it too.
    /// Scopes that cannot be read grant nothing.
    /// </summary>
    public static bool Allow(
        IReadOnlyList<string> scopes,
        TeamRole? ceiling,
        ScopeResource resource,
        ScopeAction action
    ) =>
        scopes.Any(text => Scope.TryParse(text, out var scope) && scope.Allows(resource, action))
        && (ceiling is not { } role || Of(role).Any(scope => scope.Allows(resource, action)));
}
