using System.ComponentModel.DataAnnotations;
using Scheduler.Core.Security;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/customers/{id}/team.</summary>
public sealed record InviteMemberRequest
{
    [Text(3, 320), EmailAddress(ErrorMessage = "Must be an e-mail address.")]
    public required string Email { get; init; }

    public required TeamRole Role { get; init; }

    [Text(1, 200)]
    public string? FullName { get; init; }
}
