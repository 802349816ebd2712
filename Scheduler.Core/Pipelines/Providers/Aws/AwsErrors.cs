using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>What errors of AWS JSON 1.1 mean: by their code, as throttling comes with status 400.</summary>
/// <remarks><see href="https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization"/></remarks>
internal static class AwsErrors
{
    public static ProviderFault Classify(ProviderAnswer answer)
    {
        var code = Code(answer);
        return new ProviderFault(TypeOf(code) ?? ErrorTypeOf(answer), code, answer.RetryAfter)
        {
            RestartsPaging = code is "InvalidNextTokenException" or "RequestChangedException",
            RenewsCredentials = code is "ExpiredTokenException" or "ExpiredToken",
        };
    }

    /// <summary>What a code means whatever the status; null for one that is not known.</summary>
    public static ErrorType? TypeOf(string? code) =>
        Bare(code) switch
        {
            "LimitExceeded"
            or "Throttling"
            or "Throttled"
            or "RequestThrottled"
            or "TooManyRequests"
            or "RequestLimitExceeded"
            or "ProvisionedThroughputExceeded"
            or "BandwidthLimitExceeded"
            or "SlowDown" => ErrorType.RateLimitExceeded,
            "RequestTimeout" or "InternalServerError" or "InternalFailure" or "ServiceUnavailable" =>
                ErrorType.ServiceUnavailable,
            "AccessDenied" or "OptInRequired" or "NotAuthorized" => ErrorType.AuthorizationFailed,
            "UnrecognizedClient"
            or "InvalidSignature"
            or "SignatureDoesNotMatch"
            or "IncompleteSignature"
            or "MissingAuthenticationToken"
            or "InvalidClientTokenId"
            or "ExpiredToken" => ErrorType.AuthenticationFailed,
            // Not there yet, or not now: the next schedule asks again.
            "DataUnavailable" or "BillingViewHealthStatus" or "ResourceNotFound" => ErrorType.ResourceNotFound,
            "BillExpiration" or "Validation" or "InvalidNextToken" or "RequestChanged" =>
                ErrorType.InvalidConfiguration,
            _ => null,
        };

    /// <summary>The header, else <c>__type</c>, else <c>code</c>; without what stands before '#' and behind ':'.</summary>
    public static string? Code(ProviderAnswer answer)
    {
        var text =
            answer.Header("X-Amzn-ErrorType")
            ?? answer.Json.TextOrNull("__type")
            ?? answer.Json.TextOrNull("code")
            ?? answer.Json.TextOrNull("Code");
        return text?.Split(':')[0].Split('#')[^1];
    }

    private static ErrorType ErrorTypeOf(ProviderAnswer answer) =>
        // 509 is Amazon's own word for too much.
        (int)answer.Status == 509
            ? ErrorType.RateLimitExceeded
            : ErrorClassifier.FromStatus(answer.Status);

    private static string? Bare(string? code) =>
        code?.EndsWith("Exception", StringComparison.Ordinal) == true ? code[..^"Exception".Length] : code;
}
