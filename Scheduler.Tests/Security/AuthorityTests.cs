using NUnit.Framework;
using Scheduler.Core.Security;

namespace Scheduler.Tests.Security;

/// <summary>Nobody hands on more than it has.</summary>
[TestFixture]
public sealed class AuthorityTests
{
    [TestCase("*", null, "*", true)]
    [TestCase("pipelines:*", null, "pipelines:read", true)]
    [TestCase("pipelines:read", null, "pipelines:*", false)]
    [TestCase("pipelines:read", null, "*", false)]
    [TestCase("*", TeamRole.Admin, "*", true)]
    [TestCase("*", TeamRole.Viewer, "runs:read", true)]
    [TestCase("*", TeamRole.Viewer, "runs:write", false)]
    public void A_scope_is_covered_by_what_the_caller_may_do(
        string own,
        TeamRole? ceiling,
        string wanted,
        bool covered
    ) => Assert.That(new Authority(false, [own], ceiling, null).Covers([wanted]), Is.EqualTo(covered));

    [TestCase(null, true)]
    [TestCase(TeamRole.Owner, true)]
    [TestCase(TeamRole.Admin, false)]
    public void Owners_are_managed_by_owners_and_the_customer_itself(TeamRole? ceiling, bool manages) =>
        Assert.That(new Authority(false, ["*"], ceiling, null).MayManage.Contains(TeamRole.Owner), Is.EqualTo(manages));
}
