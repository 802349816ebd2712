using NodaTime;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>A member of a customer's team, or somebody invited to it.</summary>
public sealed record TeamMemberResponse
{
    public required string MemberId { get; init; }
    public required string CustomerId { get; init; }
    public required string Email { get; init; }
    public string? FullName { get; init; }
    public required TeamRole Role { get; init; }
    public required MemberStatus Status { get; init; }
    public required Instant InvitedAt { get; init; }
    public string? InvitedBy { get; init; }

    /// <summary>Until when the invitation can be accepted; null once it was.</summary>
    public Instant? InvitationExpiresAt { get; init; }
    public Instant? JoinedAt { get; init; }
    public Instant? RemovedAt { get; init; }
    public required bool EmailNotifications { get; init; }
    public required bool SlackNotifications { get; init; }
    public string? Timezone { get; init; }
    public required Instant UpdatedAt { get; init; }
}
