using System.Net;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>
/// What BigQuery's errors mean. A job that failed inside comes back as HTTP 400, and contention is told by its text only: neither the
/// status nor the reason alone decides.
/// </summary>
internal static class BigQueryErrors
{
    private static readonly string[] Contention =
    [
        "Could not serialize access to table",
        "Transaction is aborted due to concurrent update",
        "Too many DML statements outstanding against table",
        "Exceeded rate limits: too many table update operations",
    ];

    private static readonly string[] Missing = ["Not found: Dataset", "Not found: Table"];

    public static BigQueryFault Judge(HttpStatusCode? status, BigQueryError? error) =>
        error?.Reason switch
        {
            "duplicate" => BigQueryFault.Duplicate,
            "jobBackendError" or "jobInternalError" or "jobRateLimitExceeded" or "tableUnavailable" =>
                BigQueryFault.NewJob,
            "backendError" or "internalError" or "rateLimitExceeded" or "badGateway" when IsContention(error) =>
                BigQueryFault.NewJob,
            "backendError" or "internalError" or "rateLimitExceeded" or "badGateway" => BigQueryFault.AskAgain,
            "accessDenied" or "billingNotEnabled" or "blocked" or "notFound" or "responseTooLarge" =>
                BigQueryFault.Outage,
            "stopped" or "timeout" => BigQueryFault.Stopped,
            _ when IsContention(error) => BigQueryFault.NewJob,
            "quotaExceeded" or "billingTierLimitExceeded" or "bytesBilledLimitExceeded" => BigQueryFault.Outage,
            _ => Judge(status),
        };

    /// <summary>Whether a dataset or table is not there; a missing project or job is none of these.</summary>
    public static bool IsMissing(BigQueryError error) =>
        error is { Reason: "notFound", Message: { } message }
        && Missing.Any(text => message.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static bool IsContention(BigQueryError? error) =>
        error?.Message is { } message
        && Contention.Any(text => message.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Without a known reason: an intermediary, or no answer at all. A 401 was answered to a fresh token too
    /// (<see cref="Google.BearerHandler"/>).
    /// </summary>
    private static BigQueryFault Judge(HttpStatusCode? status) =>
        status switch
        {
            null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => BigQueryFault.AskAgain,
            >= HttpStatusCode.InternalServerError => BigQueryFault.AskAgain,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound => BigQueryFault.Outage,
            HttpStatusCode.Conflict => BigQueryFault.Duplicate,
            _ => BigQueryFault.Refused,
        };
}
