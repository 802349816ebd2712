using NUnit.Framework;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Security;

public sealed class ScopeTests
{
    [TestCase("*")]
    [TestCase("runs:*")]
    [TestCase("subscription:write")]
    public void A_scope_reads_as_it_is_written(string text)
    {
        Assert.That(Scope.TryParse(text, out var scope), Is.True);
        Assert.That(scope.ToString(), Is.EqualTo(text));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("*:*")]
    [TestCase("*:read")]
    [TestCase("runs")]
    [TestCase("runs:")]
    [TestCase("runs:delete")]
    [TestCase("runs:read:more")]
    [TestCase("Runs:read")]
    [TestCase(" runs:read")]
    [TestCase("admin:read")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.That(Scope.TryParse(text, out _), Is.False);
    }

    [Test]
    public void Roles_have_the_scopes_of_the_table()
    {
        string Of(TeamRole role) => string.Join(" ", RoleScopes.Of(role));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of(TeamRole.Owner), Is.EqualTo("*"));
            Assert.That(Of(TeamRole.Admin), Is.EqualTo("*"));
            Assert.That(Of(TeamRole.Collaborator), Is.EqualTo("pipelines:* runs:* credentials:read usage:read"));
            Assert.That(Of(TeamRole.Viewer), Is.EqualTo("pipelines:read runs:read usage:read"));
        }
    }

    [Test]
    public void A_key_does_what_both_its_scopes_and_its_role_allow()
    {
        bool Allow(TeamRole? ceiling, params string[] scopes) =>
            RoleScopes.Allow(scopes, ceiling, ScopeResource.Pipelines, ScopeAction.Write);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Allow(null, "runs:read", "pipelines:write"), Is.True);
            Assert.That(Allow(TeamRole.Collaborator, "*"), Is.True);
            Assert.That(Allow(TeamRole.Viewer, "*"), Is.False);
            Assert.That(Allow(TeamRole.Owner, "pipelines:read"), Is.False);
            Assert.That(Allow(null), Is.False);
            Assert.That(Allow(null, "nonsense"), Is.False);
        }
    }
}
