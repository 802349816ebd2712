using System.Net;
using System.Text.Json;
using NodaTime;
using Refit;

namespace Scheduler.Core.Execution;

/// <summary>Makes one call and turns whatever happens into an <see cref="ApiAnswer{T}"/>.</summary>
internal static class ApiCall
{
    private const int LongestDetail = 200;

    /// <summary>
    /// Sends the call and gives it up after <paramref name="limit"/>. Throws only when <paramref name="cancellationToken"/>
    /// was cancelled and no content came: an answer that arrives nevertheless is handed on.
    /// </summary>
    public static async Task<ApiAnswer<T>> SendAsync<T>(
        Func<CancellationToken, Task<ApiResponse<T>>> call,
        Duration limit,
        TimeProvider time,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var timeout = new CancellationTokenSource(limit.ToWait(), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await call(either.Token);
            if (response is { IsSuccessStatusCode: true, Error: null, Content: { } content })
            {
                return new ApiAnswer<T>.Success(content);
            }
            cancellationToken.ThrowIfCancellationRequested();
            return timeout.IsCancellationRequested ? TimedOut<T>(limit) : Classify(response, time);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return TimedOut<T>(limit);
        }
        catch (Exception e)
        {
            // Whatever a transport throws (no connection, a store of the process's own API) is a call that failed.
            return new ApiAnswer<T>.Failed(new ApiFailure(ApiFailureKind.Unavailable, Describe(e)));
        }
    }

    public static ApiFailureKind KindOf(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ApiFailureKind.Unauthorised,
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => ApiFailureKind.Unavailable,
            >= HttpStatusCode.InternalServerError => ApiFailureKind.Unavailable,
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => ApiFailureKind.Unavailable,
            _ => ApiFailureKind.Refused,
        };

    private static ApiAnswer<T>.Failed TimedOut<T>(Duration limit) =>
        new(new ApiFailure(ApiFailureKind.Unavailable, $"no answer within {limit.TotalSeconds:0.#} s"));

    private static ApiAnswer<T> Classify<T>(ApiResponse<T> response, TimeProvider time)
    {
        if (response.StatusCode is not { } status)
        {
            return new ApiAnswer<T>.Failed(new ApiFailure(ApiFailureKind.Unavailable, Describe(response.Error)));
        }
        if (status == HttpStatusCode.NotFound)
        {
            // An empty queue is said in JSON. A web page comes from some other server, and idling on it would hide that.
            if (response.ContentHeaders?.ContentType?.MediaType == "text/html")
            {
                return new ApiAnswer<T>.Failed(new ApiFailure(ApiFailureKind.Refused, "answered 404 with a web page"));
            }
            return new ApiAnswer<T>.NotFound();
        }
        var detail = response.IsSuccessStatusCode
            ? $"answered {(int)status} with a body that is not the expected JSON"
            : $"answered {(int)status}{ProblemDetail((response.Error as ApiException)?.Content)}";
        return new ApiAnswer<T>.Failed(new ApiFailure(KindOf(status), detail, RetryAfter(response, time)));
    }

    private static Duration? RetryAfter<T>(ApiResponse<T> response, TimeProvider time) =>
        response.Headers?.RetryAfter switch
        {
            { Delta: { } delta } => Duration.FromTimeSpan(delta),
            { Date: { } date } => Duration.Max(Duration.Zero, Duration.FromTimeSpan(date - time.GetUtcNow())),
            _ => null,
        };

    private static string ProblemDetail(string? body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body ?? "null");
            return
                problem.RootElement.ValueKind == JsonValueKind.Object
                && problem.RootElement.TryGetProperty("detail", out var detail)
                && detail.ValueKind == JsonValueKind.String
                ? $": {Cut(detail.GetString()!)}"
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string Describe(Exception? e)
    {
        // Refit wraps what the transport threw; the inner message says what happened.
        var cause = e is ApiExceptionBase { InnerException: { } inner } ? inner : e;
        return cause is null ? "no answer" : Cut($"{cause.GetType().Name}: {cause.Message}");
    }

    private static string Cut(string text) => text.Length <= LongestDetail ? text : text[..LongestDetail] + "…";
}
