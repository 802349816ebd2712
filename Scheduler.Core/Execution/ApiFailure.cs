using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>A call that did not succeed.</summary>
/// <param name="Detail">For people, one line, without secrets.</param>
/// <param name="RetryAfter">The wait the API asked for.</param>
public sealed record ApiFailure(ApiFailureKind Kind, string Detail, Duration? RetryAfter = null);
