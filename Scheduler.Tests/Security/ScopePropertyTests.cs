using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Security;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Security;

[TestFixture]
internal sealed class ScopePropertyTests
{
    private static readonly Gen<Scope> Scopes = Gen.OneOf(
        Gen.Const(Scope.Everything),
        Gen.Enum<ScopeResource>().Select(resource => new Scope(resource, null)),
        Gen.Select(
            Gen.Enum<ScopeResource>(),
            Gen.Enum<ScopeAction>(),
            (resource, action) => new Scope(resource, action)
        )
    );

    private static readonly Gen<string[]> Written = Gen.OneOf(
        Scopes.Select(scope => $"{scope}"),
        Gen.OneOf(
            "",
            "**",
            "pipelines",
            "pipelines:",
            ":read",
            "pipelines:read:write",
            "PIPELINES:READ",
            "x:*",
            "*:read"
        )
    ).Array[0, 4];

    private static readonly Gen<Authority> Authorities = Gen.Select(
        Written,
        Gen.Enum<TeamRole>(),
        Gen.Bool,
        (scopes, role, isMember) =>
            new Authority(IsAdmin: false, scopes, isMember ? role : null, isMember ? "member-1" : null)
    );

    [Test]
    public void A_scope_is_read_as_it_was_written() =>
        Scopes.Sample(scope => Scope.TryParse($"{scope}", out var read) && read == scope, iter: Cases.Of(500));

    [Test]
    public void Whatever_is_read_is_written_the_same_and_all_else_grants_nothing() =>
        Gen.OneOf(Gen.String, Written.Where(all => all.Length > 0).Select(all => all[0]), Mixed())
            .Sample(
                text =>
                    Scope.TryParse(text, out var scope)
                        ? $"{scope}" == text
                        : !RoleScopes.Allow([text], null, ScopeResource.Pipelines, ScopeAction.Read),
                iter: Cases.Of(10_000)
            );

    [Test]
    public void More_scopes_never_allow_less_and_a_role_never_allows_more() =>
        Gen.Select(Written, Written, Gen.Enum<TeamRole>(), Gen.Enum<ScopeResource>(), Gen.Enum<ScopeAction>())
            .Sample(
                (some, others, role, resource, action) =>
                {
                    var alone = RoleScopes.Allow(some, null, resource, action);
                    return (!alone || RoleScopes.Allow([.. some, .. others], null, resource, action))
                        && (alone || !RoleScopes.Allow(some, role, resource, action));
                },
                iter: Cases.Of(5_000)
            );

    [Test]
    public void Nobody_hands_on_a_right_that_it_lacks() =>
        Gen.Select(Authorities, Written)
            .Sample(
                (authority, wanted) =>
                {
                    var (mine, theirs) = (Rights(authority.Scopes, authority.Ceiling), Rights(wanted, null));

                    Assert.That(authority.Covers(wanted), Is.EqualTo(theirs.IsSubsetOf(mine)));
                    foreach (var role in Enum.GetValues<TeamRole>())
                    {
                        var isBelow = role >= (authority.Ceiling ?? TeamRole.Owner);
                        Assert.That(
                            authority.MayManage.Contains(role),
                            Is.EqualTo(isBelow && Rights(["*"], role).IsSubsetOf(mine)),
                            $"{role}"
                        );
                    }
                },
                iter: Cases.Of(3_000)
            );

    private static HashSet<(ScopeResource, ScopeAction)> Rights(IReadOnlyList<string> scopes, TeamRole? ceiling) =>
        [
            .. from resource in Enum.GetValues<ScopeResource>()
            from action in Enum.GetValues<ScopeAction>()
            where RoleScopes.Allow(scopes, ceiling, resource, action)
            select (resource, action),
        ];

    private static Gen<string> Mixed() =>
        Gen.Char["piplnesrad:*\n W"].Array[0, 16].Select(chosen => new string(chosen));
}
