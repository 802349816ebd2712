using Microsoft.AspNetCore.Authorization;

namespace Scheduler.Api.Auth;

/// <summary>One of some kinds of callers.</summary>
internal sealed record KindRequirement(params IReadOnlyList<CallerKind> Kinds) : IAuthorizationRequirement;
