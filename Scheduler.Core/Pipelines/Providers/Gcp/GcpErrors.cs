using NodaTime;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>What BigQuery's errors mean, by their reason.</summary>
/// <remarks>
/// <see href="https://cloud.google.com/bigquery/docs/error-messages"/>. The reason stands in <c>error.errors[0].reason</c>;
/// the error is also met without its outer object.
/// </remarks>
internal static class GcpErrors
{
    private static readonly Duration QuotaWait = Duration.FromMinutes(10);

    public static ProviderFault Classify(ProviderAnswer answer)
    {
        var error = answer.Json.Field("error");
        var reason = Reason(error) ?? Reason(answer.Json);
        return reason switch
        {
            // Too many calls at once: soon over, whatever the status.
            "rateLimitExceeded" or "jobRateLimitExceeded" => new(
                ErrorType.RateLimitExceeded,
                reason,
                answer.RetryAfter
            ),
            "quotaExceeded" => new(
                ErrorType.RateLimitExceeded,
                reason,
                Duration.Max(QuotaWait, answer.RetryAfter ?? Duration.Zero)
            ),
            "backendError" or "internalError" or "jobBackendError" or "jobInternalError" => new(
                ErrorType.ServiceUnavailable,
                reason,
                answer.RetryAfter
            ),
            "accessDenied" => new(ErrorType.AuthorizationFailed, reason),
            "notFound" => new(ErrorType.ResourceNotFound, reason),
            "invalidQuery" or "invalid" or "billingNotEnabled" or "bytesBilledLimitExceeded" or "responseTooLarge" =>
                new(ErrorType.InvalidConfiguration, reason),
            _ => new(
                ErrorClassifier.FromStatus(answer.Status),
                reason ?? error.TextOrNull("status"),
                answer.RetryAfter
            ),
        };
    }

    private static string? Reason(System.Text.Json.JsonElement error) =>
        error.Field("errors") is { ValueKind: System.Text.Json.JsonValueKind.Array } list && list.GetArrayLength() > 0
            ? list[0].TextOrNull("reason")
            : null;
}
