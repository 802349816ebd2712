using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DuckDB.NET.Data;
using Scheduler.Core.Datasets;
using Scheduler.Core.Retry;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Pipelines;

/// <summary>Turns what an execution threw into an error type, by exception type and status code, never by words.</summary>
public static class ErrorClassifier
{
    /// <summary>The messages are this product's own: an exception's text may hold a path, an address or a secret.</summary>
    public static ClassifiedError Classify(Exception exception) =>
        exception switch
        {
            PipelineException known => new(known.ErrorType, known.Message, known.RetryAfter),
            DatasetUnavailableException => new(
                ErrorType.ServiceUnavailable,
                "The customer's dataset is in use elsewhere or cannot be reached."
            ),
            LineTooLargeException large => new(ErrorType.SchemaDrift, large.Message),
            CipherUnavailableException => new(
                ErrorType.ServiceUnavailable,
                "The key that opens credentials cannot be used now."
            ),
            HttpRequestException { StatusCode: { } status } => new(
                FromStatus(status),
                $"The provider answered {(int)status}."
            ),
            HttpRequestException => new(ErrorType.TransientNetwork, "The provider could not be reached."),
            SocketException => new(ErrorType.TransientNetwork, "The network connection failed."),
            TimeoutException or OperationCanceledException => new(ErrorType.Timeout, "A call took too long."),
            JsonException => new(ErrorType.SchemaDrift, "The source's data could not be read as JSON."),
            DuckDBException or BigQueryRefusedException => new(
                ErrorType.Unknown,
                "The customer's dataset refused a statement."
            ),
            IOException => new(ErrorType.ServiceUnavailable, "Reading or writing a file failed."),
            _ => new(ErrorType.Unknown, $"Unexpected failure ({exception.GetType().Name})."),
        };

    /// <summary>What an HTTP status means when the provider's own error code says nothing more.</summary>
    public static ErrorType FromStatus(HttpStatusCode status) =>
        (int)status switch
        {
            401 => ErrorType.AuthenticationFailed,
            403 => ErrorType.AuthorizationFailed,
            404 or 410 => ErrorType.ResourceNotFound,
            408 => ErrorType.Timeout,
            429 => ErrorType.RateLimitExceeded,
            >= 500 => ErrorType.ServiceUnavailable,
            >= 400 => ErrorType.InvalidConfiguration,
            _ => ErrorType.Unknown,
        };
}
