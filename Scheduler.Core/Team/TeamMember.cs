using Scheduler.Core.Contracts;

namespace Scheduler.Core.Team;

/// <summary>A member as stored.</summary>
/// <param name="View">What may be shown.</param>
/// <param name="TokenHash">Of the open invitation; null without one.</param>
public sealed record TeamMember(TeamMemberResponse View, string? TokenHash)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => View.MemberId;
}
