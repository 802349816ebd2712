using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>Why the store did not end a key.</summary>
[WireCase(upper: true)]
public enum RevokeRefusal
{
    /// <summary>Without it the customer could not call any more.</summary>
    LastKey,

    /// <summary>It is bound to a member above what the caller may manage.</summary>
    MemberAbove,
}
