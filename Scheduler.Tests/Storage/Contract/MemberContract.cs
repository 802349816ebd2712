using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Team;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Customers who have members: how these come into a team.</summary>
internal abstract class MemberContract : StoreContract
{
    /// <summary>The customer's own key: it may do everything.</summary>
    protected static readonly Authority Owner = new(IsAdmin: false, ["*"], Ceiling: null, MemberId: null);

    /// <summary>The key of a member who is an admin of the team.</summary>
    protected static readonly Authority Admin = new(IsAdmin: false, ["*"], TeamRole.Admin, "m");

    /// <returns>The member's id.</returns>
    protected async Task<string> JoinAsync(string email, TeamRole role, string customerId = "acme")
    {
        var invitation = await InviteAsync(email, role, customerId);
        Assert.That(await AcceptAsync(invitation, customerId: customerId), Is.InstanceOf<MemberResult.Done>());
        return invitation.MemberId;
    }

    protected async Task<InvitedMemberResponse> InviteAsync(
        string email,
        TeamRole role = TeamRole.Viewer,
        string customerId = "acme"
    ) => ((MemberResult.Invited)await TryInviteAsync(email, role, customerId: customerId)).Invitation;

    protected Task<MemberResult> TryInviteAsync(
        string email,
        TeamRole role = TeamRole.Viewer,
        Authority? caller = null,
        string customerId = "acme"
    ) =>
        H.Team.InviteAsync(
            customerId,
            new() { Email = email, Role = role },
            caller ?? Owner,
            StoreHarness.Actor,
            default
        );

    protected Task<MemberResult> AcceptAsync(
        InvitedMemberResponse invitation,
        string? token = null,
        string customerId = "acme"
    )
    {
        var body = new UpdateMemberRequest { InvitationToken = token ?? invitation.InvitationToken };
        return H.Team.AcceptAsync(customerId, invitation.MemberId, body, StoreHarness.Actor, default);
    }
}
