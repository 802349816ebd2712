using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Claude;

/// <summary>What Anthropic's errors mean: <c>{"type":"error","error":{"type","message"},"request_id"}</c>.</summary>
/// <remarks><see href="https://platform.claude.com/docs/en/api/errors"/>; the list may grow, so the status decides the rest.</remarks>
internal static class ClaudeErrors
{
    public static ProviderFault Classify(ProviderAnswer answer)
    {
        var code = answer.Json.Field("error").TextOrNull("type");
        var type = code switch
        {
            "authentication_error" => ErrorType.AuthenticationFailed,
            "permission_error" => ErrorType.AuthorizationFailed,
            // Without a wait it is a spending cap, which no later try of this run gets past.
            "rate_limit_error" when answer.RetryAfter is null => ErrorType.InvalidConfiguration,
            "rate_limit_error" => ErrorType.RateLimitExceeded,
            "overloaded_error" or "api_error" or "timeout_error" => ErrorType.ServiceUnavailable,
            "not_found_error" => ErrorType.ResourceNotFound,
            "billing_error" or "invalid_request_error" or "request_too_large" => ErrorType.InvalidConfiguration,
            _ => ErrorClassifier.FromStatus(answer.Status),
        };
        return new ProviderFault(type, code, answer.RetryAfter);
    }
}
