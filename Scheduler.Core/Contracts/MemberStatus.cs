namespace Scheduler.Core.Contracts;

/// <summary>How a team member stands. Only an ACTIVE one's keys work.</summary>
[WireCase(upper: true)]
public enum MemberStatus
{
    Invited,
    Active,
    Suspended,
    Removed,
}
