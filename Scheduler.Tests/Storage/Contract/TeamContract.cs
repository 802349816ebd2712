using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Team;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Teams: who may do what is left standing, also when several act at once.</summary>
internal abstract class TeamContract : MemberContract
{
    [Test]
    public async Task An_invitation_is_accepted_once_and_in_time()
    {
        await H.OnboardAsync("acme");
        var invitation = await InviteAsync("bo@example.com");
        var wrong = await AcceptAsync(invitation, invitation.InvitationToken + "x");
        H.Advance(Membership.InvitationLife - Duration.FromMilliseconds(1));
        var accepted = await AcceptAsync(invitation);
        var again = await AcceptAsync(invitation);
        var late = await InviteAsync("cy@example.com");
        H.Advance(Membership.InvitationLife);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Reason(wrong), Is.EqualTo(MemberRefusal.NotValid));
            Assert.That((accepted as MemberResult.Done)?.Member.Status, Is.EqualTo(MemberStatus.Active));
            Assert.That(Reason(again), Is.EqualTo(MemberRefusal.NotValid));
            Assert.That(Reason(await AcceptAsync(late)), Is.EqualTo(MemberRefusal.NotValid));
        }
    }

    [Test]
    public async Task The_token_is_stored_nowhere()
    {
        await H.OnboardAsync("acme");
        var invitation = await InviteAsync("bo@example.com");

        var rows = await QueryAsync(
            $"select 1 from customer_team_members where invitation_token_hash like '%{invitation.InvitationToken}%'"
        );

        Assert.That(rows, Is.Empty);
    }

    [Test]
    public async Task Invitations_at_once_stop_at_the_plans_number()
    {
        await H.OnboardAsync("acme", "PROFESSIONAL");

        var results = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => Task.Run(() => TryInviteAsync($"m{i}@example.com")))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Count(result => result is MemberResult.Invited), Is.EqualTo(5));
            Assert.That(results.Count(result => Reason(result) == MemberRefusal.Limit), Is.EqualTo(7));
        }
    }

    [Test]
    public async Task An_expired_invitation_frees_its_place_and_a_live_one_is_not_doubled()
    {
        await H.OnboardAsync("acme", "STARTER");
        var first = await InviteAsync("bo@example.com");
        var doubled = await TryInviteAsync("BO@example.com");
        H.Advance(Membership.InvitationLife);
        var second = await InviteAsync("bo@example.com");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Reason(doubled), Is.EqualTo(MemberRefusal.Exists));
            Assert.That(second.MemberId, Is.EqualTo(first.MemberId));
            Assert.That(Reason(await AcceptAsync(first)), Is.EqualTo(MemberRefusal.NotValid));
            Assert.That(await AcceptAsync(second), Is.InstanceOf<MemberResult.Done>());
        }
    }

    [Test]
    public async Task Owners_demoted_and_removed_at_once_leave_one()
    {
        await H.OnboardAsync("acme");
        List<string> others = [];
        for (var nth = 0; nth < 7; nth++)
        {
            others.Add(await JoinAsync($"m{nth}@example.com", TeamRole.Owner));
        }
        var founder = (string)
            (await QueryAsync("select member_id from customer_team_members where email = 'admin@example.com'"))[0][
                "member_id"
            ]!;

        var results = await Task.WhenAll([
            Task.Run(() => SetRoleAsync(founder, TeamRole.Viewer)),
            .. others.Select(other =>
                Task.Run(() => H.Team.RemoveAsync("acme", other, Owner, StoreHarness.Actor, default))
            ),
        ]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Count(result => result is MemberResult.Done), Is.EqualTo(7));
            Assert.That(results.Count(result => Reason(result) == MemberRefusal.LastOwner), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Only_an_owner_makes_changes_and_removes_owners()
    {
        await H.OnboardAsync("acme");
        var owner = await JoinAsync("bo@example.com", TeamRole.Owner);
        var viewer = await JoinAsync("cy@example.com", TeamRole.Viewer);

        MemberResult[] results =
        [
            await SetRoleAsync(owner, TeamRole.Viewer, Admin),
            await SetRoleAsync(viewer, TeamRole.Owner, Admin),
            await H.Team.RemoveAsync("acme", owner, Admin, StoreHarness.Actor, default),
            await TryInviteAsync("dd@example.com", TeamRole.Owner, Admin),
        ];

        Assert.That(results.Select(Reason), Is.All.EqualTo(MemberRefusal.OwnerNeeded));
    }

    [TestCase("team:write")]
    [TestCase("team:*")]
    public async Task A_key_that_may_only_write_the_team_hands_out_no_rights_that_it_lacks(string scope)
    {
        await H.OnboardAsync("acme");
        var viewer = await JoinAsync("cy@example.com", TeamRole.Viewer);
        Authority[] callers = [new(false, [scope], null, null), new(false, [scope], TeamRole.Admin, "m")];
        foreach (var caller in callers)
        {
            MemberResult[] results =
            [
                await SetRoleAsync(viewer, TeamRole.Owner, caller),
                await SetRoleAsync(viewer, TeamRole.Admin, caller),
                await TryInviteAsync("dd@example.com", TeamRole.Collaborator, caller),
                await H.Team.RemoveAsync("acme", viewer, caller, StoreHarness.Actor, default),
            ];

            Assert.That(results.Select(Reason), Is.All.EqualTo(MemberRefusal.OwnerNeeded));
        }
    }

    private static MemberRefusal? Reason(MemberResult result) => (result as MemberResult.Refused)?.Reason;

    private Task<MemberResult> SetRoleAsync(string memberId, TeamRole role, Authority? caller = null) =>
        H.Team.UpdateAsync("acme", memberId, new() { Role = role }, caller ?? Owner, StoreHarness.Actor, default);
}
