using Scheduler.Api.Errors;

namespace Scheduler.Api.Auth;

/// <summary>Why the credential of a request was not accepted; told only where the endpoint needs one.</summary>
/// <param name="Code">What is answered.</param>
/// <param name="Detail">For a reader; never any part of what was presented.</param>
/// <param name="RetryAfter">With RATE_LIMITED: when to try again.</param>
public sealed record KeyRefusal(ErrorCode Code, string Detail, TimeSpan? RetryAfter = null);
