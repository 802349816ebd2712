using System.Globalization;
using System.Text.Json;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Errors;

/// <summary>
/// The only maker of problem documents. It is a result, so a handler's signature reads <c>Results&lt;Ok&lt;T&gt;,
/// SchedulerProblem&gt;</c>; state the codes with <see cref="Refusals.Refuses"/>.
/// </summary>
public sealed class SchedulerProblem : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    private readonly ErrorShape shape;

    private SchedulerProblem(ErrorCode code) => (Code, shape) = (code, ErrorCatalog.Of(code));

    public ErrorCode Code { get; }
    public string? Detail { get; private init; }
    public TimeSpan? RetryAfter { get; private init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; private init; }
    public int? StatusCode => shape.Status;

    /// <summary>A problem of this kind.</summary>
    /// <param name="code">Decides status and title.</param>
    /// <param name="detail">What was wrong this time and what would be right, never a secret; null says what the catalog does.</param>
    /// <param name="retryAfter">When to try again; rounded up to whole seconds. Some codes always send one.</param>
    public static SchedulerProblem Create(ErrorCode code, string? detail = null, TimeSpan? retryAfter = null) =>
        new(code) { Detail = detail, RetryAfter = retryAfter };

    /// <summary>A 422 with the messages per field; the names are those of the body, nested ones as <c>leases[0].queue_id</c>.</summary>
    public static SchedulerProblem Invalid(IReadOnlyDictionary<string, IReadOnlyList<string>> errors) =>
        new(ErrorCode.ValidationFailed)
        {
            Detail = string.Join(" ", errors.SelectMany(field => field.Value.Select(text => $"{field.Key}: {text}"))),
            Errors = errors,
        };

    /// <summary>A 422 for one field that only the handler could judge.</summary>
    public static SchedulerProblem Invalid(string field, string message) =>
        Invalid(new Dictionary<string, IReadOnlyList<string>> { [field] = [message] });

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = shape.Status;
        if (shape.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "ApiKey";
        }
        var wait = RetryAfter is { } known
            ? (int)Math.Max(1, Math.Ceiling(known.TotalSeconds))
            : shape.RetryAfterSeconds;
        if (wait is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        var body = new ProblemResponse
        {
            Type = $"urn:scheduler:problem:{Wire.Name(Code).ToLowerInvariant()}",
            Title = shape.Title,
            Status = shape.Status,
            ErrorCode = Wire.Name(Code),
            RequestId = httpContext.TraceIdentifier,
            Detail = Detail ?? shape.Detail,
            Errors = Errors,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options);
        response.ContentType = ContentType;
        response.ContentLength = json.Length;
        return response.Body.WriteAsync(json, httpContext.RequestAborted).AsTask();
    }
}
