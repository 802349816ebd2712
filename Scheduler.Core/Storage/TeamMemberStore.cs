using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Security;
using Scheduler.Core.Team;

namespace Scheduler.Core.Storage;

/// <summary>The customers' teams.</summary>
public sealed class TeamMemberStore(ISqlEngine engine)
{
    /// <summary>Invites an address, in lower case; the member's id, or what stood in the way.</summary>
    public Task<(string? MemberId, MemberRefusal? Refusal)> InviteAsync(
        string customerId,
        string memberId,
        InviteMemberRequest invitation,
        string tokenHash,
        Instant expiresAt,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.SingleAsync(
            new("team_members", "invite"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("memberId", memberId)
                .With("email", invitation.Email)
                .With("role", Wire.Name(invitation.Role))
                .With("fullName", invitation.FullName)
                .With("tokenHash", tokenHash)
                .With("expiresAt", expiresAt)
                .With(stamp)
                .With("now", now),
            row => (row.TextOrNull("member_id"), row.WordOrNull<MemberRefusal>("reason")),
            cancellationToken
        );

    /// <summary>Null when the customer has no such member.</summary>
    public Task<TeamMember?> GetAsync(string customerId, string memberId, CancellationToken cancellationToken) =>
        engine.FindAsync(
            new("team_members", "get"),
            new SqlArguments().With("customerId", customerId).With("memberId", memberId),
            row => new TeamMember(Map(row), row.TextOrNull("invitation_token_hash")),
            cancellationToken
        );

    /// <summary>A page of a team by address, after the given one; those removed among them.</summary>
    public Task<IReadOnlyList<TeamMemberResponse>> ListAsync(
        string customerId,
        string? afterEmail,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("team_members", "list"),
            new SqlArguments().With("customerId", customerId).With("afterEmail", afterEmail ?? "").With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>Makes a member of who holds the token; null when the invitation is not valid (any more).</summary>
    public Task<TeamMemberResponse?> AcceptAsync(
        string customerId,
        string memberId,
        string tokenHash,
        UpdateMemberRequest details,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.FindAsync(
            new("team_members", "accept"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("memberId", memberId)
                .With("tokenHash", tokenHash)
                .With("fullName", details.FullName)
                .With("timezone", details.Timezone)
                .With(stamp)
                .With("now", now),
            Map,
            cancellationToken
        );

    /// <summary>Null when the customer has no such member; nothing was written when it is refused.</summary>
    public Task<(TeamMemberResponse Member, MemberRefusal? Refusal)?> UpdateAsync(
        string customerId,
        string memberId,
        UpdateMemberRequest change,
        IReadOnlyList<TeamRole> mayManage,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.FindAsync(
            new("team_members", "update"),
            Arguments(customerId, memberId, mayManage, stamp, now)
                .With("role", change.Role is { } role ? Wire.Name(role) : null)
                .With("status", change.Status is { } status ? Wire.Name(status) : null)
                .With("fullName", change.FullName)
                .With("timezone", change.Timezone)
                .With("emailNotifications", change.EmailNotifications)
                .With("slackNotifications", change.SlackNotifications),
            Changed,
            cancellationToken
        );

    /// <summary>Takes a member out and ends the keys bound to it. Null when the customer has no such member.</summary>
    public Task<(TeamMemberResponse Member, MemberRefusal? Refusal)?> RemoveAsync(
        string customerId,
        string memberId,
        IReadOnlyList<TeamRole> mayManage,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.FindAsync(
            new("team_members", "remove"),
            Arguments(customerId, memberId, mayManage, stamp, now),
            Changed,
            cancellationToken
        );

    private static SqlArguments Arguments(
        string customerId,
        string memberId,
        IReadOnlyList<TeamRole> mayManage,
        AuditStamp stamp,
        Instant now
    ) =>
        new SqlArguments()
            .With("customerId", customerId)
            .With("memberId", memberId)
            .WithRows("mayManage", mayManage.Select(Wire.Name).ToList())
            .With(stamp)
            .With("now", now);

    private static (TeamMemberResponse Member, MemberRefusal? Refusal)? Changed(SqlRow row) =>
        (Map(row), row.WordOrNull<MemberRefusal>("refusal"));

    private static TeamMemberResponse Map(SqlRow row) =>
        new()
        {
            MemberId = row.Text("member_id"),
            CustomerId = row.Text("customer_id"),
            Email = row.Text("email"),
            FullName = row.TextOrNull("full_name"),
            Role = row.Word<TeamRole>("role"),
            Status = row.Word<MemberStatus>("status"),
            InvitedAt = row.At("invited_at"),
            InvitedBy = row.TextOrNull("invited_by"),
            InvitationExpiresAt = row.AtOrNull("invitation_expires_at"),
            JoinedAt = row.AtOrNull("joined_at"),
            RemovedAt = row.AtOrNull("removed_at"),
            EmailNotifications = row.Bool("email_notifications"),
            SlackNotifications = row.Bool("slack_notifications"),
            Timezone = row.TextOrNull("timezone"),
            UpdatedAt = row.At("updated_at"),
        };
}
