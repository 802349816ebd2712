using Scheduler.Core.Contracts;

namespace Scheduler.Core.Team;

/// <summary>Why the store did not change a team.</summary>
[WireCase(upper: true)]
public enum MemberRefusal
{
    NoCustomer,

    /// <summary>Somebody with this address is a member, or holds an open invitation.</summary>
    Exists,

    /// <summary>The plan allows no further member.</summary>
    Limit,

    /// <summary>Only an OWNER manages OWNERs.</summary>
    OwnerNeeded,

    /// <summary>Without it the team would have no OWNER.</summary>
    LastOwner,

    /// <summary>Removed, or not yet a member where only a member can be changed so.</summary>
    NotAMember,

    NoSuchMember,

    /// <summary>The invitation is not there, used, over, or the token another.</summary>
    NotValid,
}
