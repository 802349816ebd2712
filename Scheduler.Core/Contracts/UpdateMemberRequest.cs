using System.ComponentModel.DataAnnotations;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>
/// Body of PUT /api/v1/customers/{id}/team/{member_id}: a change of the member, or, with its invitation_token, the
/// invited one's acceptance. A field that is left out stays as it is.
/// </summary>
public sealed record UpdateMemberRequest : IValidatableObject
{
    public TeamRole? Role { get; init; }

    /// <summary>ACTIVE or SUSPENDED: a suspended member's keys do not work.</summary>
    public MemberStatus? Status { get; init; }

    [Text(1, 200)]
    public string? FullName { get; init; }

    [Text(1, 64)]
    public string? Timezone { get; init; }

    public bool? EmailNotifications { get; init; }

    public bool? SlackNotifications { get; init; }

    /// <summary>Accepts the invitation; no key is needed then.</summary>
    [Text(1, 200)]
    public string? InvitationToken { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Status is MemberStatus.Invited or MemberStatus.Removed)
        {
            yield return new("Must be ACTIVE or SUSPENDED; DELETE removes a member.", [nameof(Status)]);
        }
        if (
            InvitationToken is not null
            && (Role ?? (object?)Status ?? EmailNotifications ?? SlackNotifications) is not null
        )
        {
            yield return new(
                "Comes with full_name and timezone at most: who accepts decides nothing else.",
                [nameof(InvitationToken)]
            );
        }
    }

    /// <summary>Without the token, so that it is of no use in a log.</summary>
    public override string ToString() => nameof(UpdateMemberRequest);
}
