using Microsoft.AspNetCore.Authorization;

namespace Scheduler.Api.Auth;

/// <summary>
/// Default-deny: an endpoint that does not say who may call it is refused to everybody. Not to be met by one of ours;
/// what routing itself answers (404, 405, 415) passes.
/// </summary>
internal sealed record DeclaredAccessRequirement : IAuthorizationRequirement;
