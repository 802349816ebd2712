using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;

namespace Scheduler.Core.Team;

/// <summary>Changes customers' teams. A key bound to a member follows it: it stops with it, here at once.</summary>
public sealed class Membership(TeamMemberStore store, CachedApiKeyDirectory keys, OperationClock clock, IIdSource ids)
{
    public static readonly Duration InvitationLife = Duration.FromDays(7);

    public async Task<MemberResult> InviteAsync(
        string customerId,
        InviteMemberRequest request,
        Authority caller,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (!caller.MayManage.Contains(request.Role))
        {
            return new MemberResult.Refused(MemberRefusal.OwnerNeeded);
        }
        var now = await clock.ReadAsync(cancellationToken);
        var token = InvitationToken.Generate();
        var email = request.Email.ToLowerInvariant();
        var invited = await store.InviteAsync(
            customerId,
            ids.NewId(now),
            request with
            {
                Email = email,
            },
            token.Hash,
            now + InvitationLife,
            new AuditStamp(ids.NewId(now), actor),
            now,
            cancellationToken
        );
        return invited.Refusal is { } refusal
            ? new MemberResult.Refused(refusal)
            : new MemberResult.Invited(
                new()
                {
                    MemberId = invited.MemberId!,
                    CustomerId = customerId,
                    Email = email,
                    Role = request.Role,
                    Status = MemberStatus.Invited,
                    InvitationToken = token.Reveal(),
                    InvitationExpiresAt = now + InvitationLife,
                }
            );
    }

    /// <summary>Accepts an invitation; wrong, used, over and never made are refused alike.</summary>
    public async Task<MemberResult> AcceptAsync(
        string customerId,
        string memberId,
        UpdateMemberRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var hash = InvitationToken.HashOf(request.InvitationToken!);
        var member = await store.GetAsync(customerId, memberId, cancellationToken);
        if (!InvitationToken.Matches(hash, member?.TokenHash))
        {
            return new MemberResult.Refused(MemberRefusal.NotValid);
        }
        if (UnknownZone(request) is { } wrong)
        {
            return wrong;
        }
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return await store.AcceptAsync(customerId, memberId, hash, request, stamp, now, cancellationToken) is { } joined
            ? new MemberResult.Done(joined)
            : new MemberResult.Refused(MemberRefusal.NotValid);
    }

    public async Task<MemberResult> UpdateAsync(
        string customerId,
        string memberId,
        UpdateMemberRequest request,
        Authority caller,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (UnknownZone(request) is { } wrong)
        {
            return wrong;
        }
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return Answer(
            customerId,
            await store.UpdateAsync(customerId, memberId, request, caller.MayManage, stamp, now, cancellationToken)
        );
    }

    public async Task<MemberResult> RemoveAsync(
        string customerId,
        string memberId,
        Authority caller,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return Answer(
            customerId,
            await store.RemoveAsync(customerId, memberId, caller.MayManage, stamp, now, cancellationToken)
        );
    }

    private MemberResult Answer(string customerId, (TeamMemberResponse Member, MemberRefusal? Refusal)? changed)
    {
        keys.Forget(customerId);
        return changed switch
        {
            null => new MemberResult.Refused(MemberRefusal.NoSuchMember),
            { Refusal: { } refusal } => new MemberResult.Refused(refusal),
            { Member: var member } => new MemberResult.Done(member),
        };
    }

    private static MemberResult.UnknownTimezone? UnknownZone(UpdateMemberRequest request) =>
        request.Timezone is { } zone && TimeZones.Find(zone) is TimeZoneResult.Unknown unknown
            ? new MemberResult.UnknownTimezone(unknown.Message)
            : null;
}
