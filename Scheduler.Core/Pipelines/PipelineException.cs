using NodaTime;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines;

/// <summary>A failure that its thrower has already classified; ends the execution.</summary>
/// <param name="errorType">Why.</param>
/// <param name="message">For people; holds no secret, no provider body and no path outside the customer's folder.</param>
/// <param name="retryAfter">The wait the provider asked for.</param>
public sealed class PipelineException(
    ErrorType errorType,
    string message,
    Duration? retryAfter = null,
    Exception? inner = null
) : Exception(message, inner)
{
    public ErrorType ErrorType { get; } = errorType;
    public Duration? RetryAfter { get; } = retryAfter;
}
