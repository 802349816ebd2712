using Microsoft.AspNetCore.Authorization;
using Scheduler.Api.Errors;

namespace Scheduler.Api.Auth;

/// <summary>Carries the error code of a refused call through the framework's authorization result.</summary>
internal sealed class AccessRefusal(IAuthorizationHandler handler, ErrorCode code, string? detail)
    : AuthorizationFailureReason(handler, code.ToString())
{
    public ErrorCode Code { get; } = code;

    /// <summary>What would be right this time; null where the code says it all.</summary>
    public string? Detail { get; } = detail;
}
