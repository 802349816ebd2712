using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Team;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Teams and keys: who may do what is left standing, also when several act at once.</summary>
internal abstract class TeamContract : StoreContract
{
    private static readonly Authority Customer = new(IsAdmin: false, ["*"], Ceiling: null, MemberId: null);

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
                Task.Run(() => H.Team.RemoveAsync("acme", other, Customer, StoreHarness.Actor, default))
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
        var admin = new Authority(false, ["*"], TeamRole.Admin, "m");

        MemberResult[] results =
        [
            await SetRoleAsync(owner, TeamRole.Viewer, admin),
            await SetRoleAsync(viewer, TeamRole.Owner, admin),
            await H.Team.RemoveAsync("acme", owner, admin, StoreHarness.Actor, default),
            await TryInviteAsync("dd@example.com", TeamRole.Owner, admin),
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

    [Test]
    public async Task A_lesser_key_ends_none_that_may_do_more()
    {
        await H.OnboardAsync("acme");
        var first = (await H.Keys.ListAsync("acme", null, 10, default)).Single();
        await CreateKeyAsync();
        var keys = new ApiKeys(H.Keys, H.KnownKeys, H.Clock, H.Ids);
        Authority[] callers =
        [
            new(false, ["keys:read", "keys:write"], null, null),
            new(false, ["*"], TeamRole.Admin, "m"),
        ];
        foreach (var caller in callers)
        {
            var ended = await keys.RevokeAsync("acme", first.ApiKeyId, caller, StoreHarness.Actor, default);

            Assert.That(ended!.Value.Refusal, Is.EqualTo(RevokeRefusal.MemberAbove));
        }
    }

    [Test]
    public async Task The_last_key_that_can_make_others_stays()
    {
        await H.OnboardAsync("acme");
        var first = (await H.Keys.ListAsync("acme", null, 10, default)).Single();
        var viewer = await JoinAsync("cy@example.com", TeamRole.Viewer);
        await CreateKeyAsync(memberId: viewer);

        var refused = await RevokeAsync(first);
        await CreateKeyAsync();

        Assert.That(
            (refused, await RevokeAsync(first)),
            Is.EqualTo(((RevokeRefusal?)RevokeRefusal.LastKey, (RevokeRefusal?)null))
        );
    }

    [Test]
    public async Task A_removed_member_takes_its_keys_along_and_comes_back_without_them()
    {
        await H.OnboardAsync("acme");
        var member = await JoinAsync("bo@example.com", TeamRole.Viewer);
        var key = await CreateKeyAsync(memberId: member);
        var identity = await H.KnownKeys.FindAsync(key.Hash, default);

        await H.Team.RemoveAsync("acme", member, Customer, StoreHarness.Actor, default);
        var removed = await H.KnownKeys.FindAsync(key.Hash, default);
        await JoinAsync("bo@example.com", TeamRole.Admin);
        var back = await H.KnownKeys.FindAsync(key.Hash, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(identity!.Ceiling, Is.EqualTo(TeamRole.Viewer));
            Assert.That(identity.Key, Is.EqualTo(KeyStanding.Active));
            Assert.That(removed!.Key, Is.EqualTo(KeyStanding.Revoked));
            Assert.That(back!.Key, Is.EqualTo(KeyStanding.Revoked));
        }
    }

    [Test]
    public async Task Keys_ended_all_at_once_leave_one()
    {
        await H.OnboardAsync("acme");
        for (var nth = 0; nth < 7; nth++)
        {
            await CreateKeyAsync();
        }
        var ids = (await H.Keys.ListAsync("acme", null, 10, default)).Select(key => key.ApiKeyId);

        var results = await Task.WhenAll(
            ids.Select(id =>
                Task.Run(() => H.Keys.RevokeAsync("acme", id, Customer.MayManage, H.Stamp(), H.Now, default))
            )
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results.Count(result => result!.Value.Refusal == RevokeRefusal.LastKey), Is.EqualTo(1));
            Assert.That((await H.Keys.ListAsync("acme", null, 10, default)).Count(key => key.IsActive), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_key_that_works_no_more_does_not_count_as_one_that_is_left()
    {
        await H.OnboardAsync("acme");
        await CreateKeyAsync(expiresAt: H.Now + Duration.FromHours(1));
        H.Advance(Duration.FromHours(1));
        var keys = await H.Keys.ListAsync("acme", null, 10, default);

        var last = await RevokeAsync(keys.Single(key => key.ExpiresAt is null));
        var expired = await RevokeAsync(keys.Single(key => key.ExpiresAt is not null));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(last, Is.EqualTo(RevokeRefusal.LastKey));
            Assert.That(expired, Is.Null);
        }
    }

    [Test]
    public async Task Keys_made_at_once_stop_at_the_plans_number()
    {
        await H.OnboardAsync("acme", "STARTER");

        var results = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => Task.Run(() => TryCreateKeyAsync())));

        Assert.That(results.Count(result => result.Refusal is null), Is.EqualTo(19));
    }

    [Test]
    public async Task Uses_are_noted_for_the_keys_that_were_used()
    {
        await H.OnboardAsync("acme");
        await CreateKeyAsync();
        var keys = await H.Keys.ListAsync("acme", null, 10, default);
        var uses = new KeyUses(H.Keys);
        uses.Note(keys[0].ApiKeyId);
        uses.Note(keys[0].ApiKeyId);
        H.Advance(Duration.FromMinutes(1));

        await uses.WriteAsync(default);

        Assert.That(
            (await H.Keys.ListAsync("acme", null, 10, default)).Select(key => key.LastUsedAt),
            Is.EqualTo(new Instant?[] { H.Now, null })
        );
    }

    private static MemberRefusal? Reason(MemberResult result) => (result as MemberResult.Refused)?.Reason;

    private async Task<string> JoinAsync(string email, TeamRole role)
    {
        var invitation = await InviteAsync(email, role);
        await AcceptAsync(invitation);
        return invitation.MemberId;
    }

    private async Task<InvitedMemberResponse> InviteAsync(string email, TeamRole role = TeamRole.Viewer) =>
        (await TryInviteAsync(email, role) as MemberResult.Invited)!.Invitation;

    private Task<MemberResult> TryInviteAsync(
        string email,
        TeamRole role = TeamRole.Viewer,
        Authority? caller = null
    ) =>
        H.Team.InviteAsync(
            "acme",
            new() { Email = email, Role = role },
            caller ?? Customer,
            StoreHarness.Actor,
            default
        );

    private Task<MemberResult> AcceptAsync(InvitedMemberResponse invitation, string? token = null)
    {
        var body = new UpdateMemberRequest { InvitationToken = token ?? invitation.InvitationToken };
        return H.Team.AcceptAsync("acme", invitation.MemberId, body, StoreHarness.Actor, default);
    }

    private Task<MemberResult> SetRoleAsync(string memberId, TeamRole role, Authority? caller = null) =>
        H.Team.UpdateAsync("acme", memberId, new() { Role = role }, caller ?? Customer, StoreHarness.Actor, default);

    private async Task<RevokeRefusal?> RevokeAsync(ApiKeyResponse key) =>
        (await H.Keys.RevokeAsync("acme", key.ApiKeyId, Customer.MayManage, H.Stamp(), H.Now, default))!.Value.Refusal;

    private async Task<ApiKey> CreateKeyAsync(string? memberId = null, Instant? expiresAt = null)
    {
        var (key, refusal) = await TryCreateKeyAsync(memberId, expiresAt);
        Assert.That(refusal, Is.Null);
        return key;
    }

    private async Task<(ApiKey Key, KeyCreationRefusal? Refusal)> TryCreateKeyAsync(
        string? memberId = null,
        Instant? expiresAt = null
    )
    {
        var key = ApiKey.Generate("acme");
        var made = new NewApiKey
        {
            ApiKeyId = H.Ids.NewId(H.Now),
            CustomerId = "acme",
            Hash = key.Hash,
            Prefix = key.Prefix,
            Name = "test",
            Scopes = ["*"],
            MemberId = memberId,
            ExpiresAt = expiresAt,
            Tier = RateLimitTier.Standard,
        };
        return (key, await H.Keys.CreateAsync(made, Customer.MayManage, H.Stamp(), H.Now, default));
    }
}
