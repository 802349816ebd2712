namespace Scheduler.Core.Retry;

/// <summary>Which errors another try can help at all; a pipeline's <see cref="RetryConfig"/> can only narrow this.</summary>
public static class RetryableErrors
{
    public static bool Contains(ErrorType error) =>
        error
            is ErrorType.RateLimitExceeded
                or ErrorType.TransientNetwork
                or ErrorType.ServiceUnavailable
                or ErrorType.Timeout;
}
