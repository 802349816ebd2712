using System.Net.Sockets;
using System.Security.Authentication;
using NodaTime;
using Scheduler.Core.Net;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>What went wrong with a download, by status and exception type; messages are this product's own.</summary>
internal static class DownloadFault
{
    // A server may not put a run off for ever.
    private static readonly Duration LongestRetryAfter = Duration.FromDays(1);

    public static FileOpening.Refused Invalid(string message) => new(ErrorType.InvalidConfiguration, message);

    public static FileOpening.Refused TooLarge(OutboundUrl url, long maxBytes) =>
        Invalid($"{url} has more than {maxBytes} bytes, the most that a file may have.");

    /// <param name="response">Anything but 200.</param>
    /// <param name="url">Where it came from.</param>
    /// <param name="now">To which an absolute Retry-After is compared.</param>
    public static FileOpening.Refused OfStatus(HttpResponseMessage response, OutboundUrl url, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return status < 400
            ? Invalid($"{url} answered {status}, which is not a file; redirects are not followed.")
            : new(
                ErrorClassifier.FromStatus(response.StatusCode),
                $"{url} answered {status}.",
                RetryAfter(response, now)
            );
    }

    /// <summary>Null when the body may be read.</summary>
    public static FileOpening.Refused? OfHeaders(HttpResponseMessage response, OutboundUrl url, long maxBytes)
    {
        var length = response.Content.Headers.ContentLength;
        if (length > maxBytes)
        {
            return TooLarge(url, maxBytes);
        }
        if (length is null && response.Headers.TransferEncodingChunked != true)
        {
            return Invalid($"{url} sends a body without its length; one that was cut short could not be told apart.");
        }
        return response.Content.Headers.ContentEncoding.All(IsIdentity)
            ? null
            : Invalid($"{url} sends compressed content, which is not read; store the file without Content-Encoding.");
    }

    /// <summary>Null for what is no fault of the network.</summary>
    public static FileOpening.Refused? Of(Exception exception, OutboundUrl url) =>
        exception switch
        {
            _ when BlockedDestinationException.In(exception) is { } blocked => Invalid(blocked.Message),
            HttpRequestException { InnerException: AuthenticationException } => Invalid(
                $"The host of {url} has no certificate that is trusted here for its name."
            ),
            _ when exception is TimeoutException || exception.InnerException is TimeoutException => new(
                ErrorType.Timeout,
                $"Connecting to the host of {url} took longer than {GuardedHttp.ConnectWithin.TotalSeconds:0} s."
            ),
            HttpRequestException { InnerException: SocketException { SocketErrorCode: var code } }
                when IsNoName(code) => new(ErrorType.TransientNetwork, $"The host of {url} has no address."),
            HttpRequestException => new(ErrorType.TransientNetwork, $"The connection to {url} failed."),
            HttpIOException or IOException { InnerException: SocketException } => new(
                ErrorType.TransientNetwork,
                $"The download of {url} was cut short."
            ),
            _ => null,
        };

    private static bool IsIdentity(string encoding) =>
        string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase);

    private static bool IsNoName(SocketError code) =>
        code is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery;

    private static Duration? RetryAfter(HttpResponseMessage response, DateTimeOffset now) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => Bounded(delta),
            { Date: { } date } => Bounded(date - now),
            _ => null,
        };

    private static Duration Bounded(TimeSpan wait) =>
        Duration.Min(LongestRetryAfter, Duration.Max(Duration.Zero, Duration.FromTimeSpan(wait)));
}
