using Scheduler.Core.Contracts;

namespace Scheduler.Core.Team;

/// <summary>What became of a change of a team.</summary>
public abstract record MemberResult
{
    private MemberResult() { }

    public sealed record Done(TeamMemberResponse Member) : MemberResult;

    /// <param name="Invitation">Holds the token: hand it on once, keep it nowhere.</param>
    public sealed record Invited(InvitedMemberResponse Invitation) : MemberResult;

    /// <summary>Nothing was written.</summary>
    public sealed record Refused(MemberRefusal Reason) : MemberResult;

    /// <param name="Message">What would be right.</param>
    public sealed record UnknownTimezone(string Message) : MemberResult;
}
