namespace Scheduler.Core.Security;

/// <summary>How far a caller may hand on rights: never beyond its own.</summary>
/// <param name="IsAdmin">The system's own admin.</param>
/// <param name="Scopes">Of the caller's key, as stored.</param>
/// <param name="Ceiling">The role of the member the key is bound to; null for a key of the customer itself.</param>
/// <param name="MemberId">That member.</param>
public sealed record Authority(bool IsAdmin, IReadOnlyList<string> Scopes, TeamRole? Ceiling, string? MemberId)
{
    /// <summary>An owner, or who acts for the customer itself, and with all rights.</summary>
    public bool IsOwner => MayManage.Contains(TeamRole.Owner);

    /// <summary>
    /// The roles whose members it may make, change and give keys to: none above its own, and none with a right that it lacks. A key
    /// that may only write the team can hand out nothing else.
    /// </summary>
    public IReadOnlyList<TeamRole> MayManage =>
        [
            .. Enum.GetValues<TeamRole>()
                .Where(role => IsAdmin || (role >= (Ceiling ?? TeamRole.Owner) && CoversRole(role))),
        ];

    /// <summary>True when everything that the scopes allow is allowed to the caller.</summary>
    public bool Covers(IReadOnlyList<string> wanted) =>
        IsAdmin || Rights.All(right => !Allow(wanted, null, right) || Allow(Scopes, Ceiling, right));

    private bool CoversRole(TeamRole role) =>
        Rights.All(right =>
            !RoleScopes.Of(role).Any(scope => scope.Allows(right.Resource, right.Action))
            || Allow(Scopes, Ceiling, right)
        );

    private static IEnumerable<(ScopeResource Resource, ScopeAction Action)> Rights =>
        from resource in Enum.GetValues<ScopeResource>()
        from action in Enum.GetValues<ScopeAction>()
        select (resource, action);

    private static bool Allow(
        IReadOnlyList<string> scopes,
        TeamRole? ceiling,
        (ScopeResource Resource, ScopeAction Action) right
    ) => RoleScopes.Allow(scopes, ceiling, right.Resource, right.Action);
}
