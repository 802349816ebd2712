using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>Why the store made no key.</summary>
[WireCase(upper: true)]
public enum KeyCreationRefusal
{
    NoCustomer,

    /// <summary>The member is not there or not active.</summary>
    NoMember,

    /// <summary>The member's role is above what the caller may manage.</summary>
    MemberAbove,

    /// <summary>The plan allows no further key.</summary>
    Limit,
}
