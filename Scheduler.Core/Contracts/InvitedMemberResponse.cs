using NodaTime;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>An invitation at its making.</summary>
public sealed record InvitedMemberResponse
{
    public required string MemberId { get; init; }
    public required string CustomerId { get; init; }
    public required string Email { get; init; }
    public required TeamRole Role { get; init; }
    public required MemberStatus Status { get; init; }

    /// <summary>What the invited one accepts with. It is shown in this answer only and cannot be read again.</summary>
    public required string InvitationToken { get; init; }
    public required Instant InvitationExpiresAt { get; init; }

    /// <summary>Without the token, so that it is of no use in a log.</summary>
    public override string ToString() => $"{nameof(InvitedMemberResponse)} {{ {MemberId} }}";
}
