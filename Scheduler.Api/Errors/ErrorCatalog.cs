using System.Collections.Frozen;

namespace Scheduler.Api.Errors;

/// <summary>Status and title of every error code.</summary>
public static class ErrorCatalog
{
    private static readonly FrozenDictionary<ErrorCode, ErrorShape> Shapes = new Dictionary<ErrorCode, ErrorShape>
    {
        [ErrorCode.BadRequest] = new(400, "The request could not be read."),
        [ErrorCode.InvalidQuery] = new(400, "A query parameter is wrong."),
        [ErrorCode.InvalidCron] = new(400, "The cron expression is wrong."),
        [ErrorCode.InvalidTimezone] = new(400, "The time zone is not known."),
        [ErrorCode.MissingApiKey] = new(401, "A key is needed."),
        [ErrorCode.InvalidApiKey] = new(401, "The key is not valid."),
        [ErrorCode.ExpiredApiKey] = new(401, "The key has expired."),
        [ErrorCode.TrialEnded] = new(402, "The trial has ended."),
        [ErrorCode.SubscriptionEnded] = new(402, "The subscription has ended."),
        [ErrorCode.Forbidden] = new(403, "This key does not open this call."),
        [ErrorCode.CustomerMismatch] = new(403, "The key belongs to another customer."),
        [ErrorCode.CustomerSuspended] = new(403, "The customer is suspended."),
        [ErrorCode.MissingScope] = new(403, "The key lacks the scope for this call."),
        [ErrorCode.ProviderLimit] = new(403, "The plan allows no further provider."),
        [ErrorCode.RouteNotFound] = new(404, "There is nothing at this path."),
        [ErrorCode.NotFound] = new(404, "There is no such thing."),
        [ErrorCode.TemplateNotFound] = new(404, "There is no such pipeline template."),
        [ErrorCode.QueueEmpty] = new(404, "The queue is empty."),
        [ErrorCode.MethodNotAllowed] = new(405, "This path does not know the method."),
        [ErrorCode.RequestTimeout] = new(408, "The request took too long to arrive."),
        [ErrorCode.Conflict] = new(409, "The present state does not allow it."),
        [ErrorCode.AlreadyExists] = new(409, "It exists already."),
        [ErrorCode.InlineDisabled] = new(409, "Inline execution is off."),
        [ErrorCode.PipelineLimit] = new(409, "The customer has as many pipelines as it may have."),
        [ErrorCode.PayloadTooLarge] = new(413, "The body is too large."),
        [ErrorCode.UnsupportedMediaType] = new(415, "The body must be application/json in UTF-8."),
        [ErrorCode.ValidationFailed] = new(422, "The body has wrong fields."),
        [ErrorCode.RateLimited] = new(429, "Too many requests.", RetryAfterSeconds: 1),
        [ErrorCode.QuotaExceeded] = new(429, "The quota is used up.", RetryAfterSeconds: 60),
        [ErrorCode.InternalError] = new(500, "Something went wrong on our side."),
        [ErrorCode.StorageUnavailable] = new(503, "The store cannot be reached.", RetryAfterSeconds: 5),
        [ErrorCode.KeyServiceUnavailable] = new(
            503,
            "The key that seals secrets cannot be used.",
            RetryAfterSeconds: 5
        ),
        [ErrorCode.NotReady] = new(503, "The process is not ready.", RetryAfterSeconds: 5),
        [ErrorCode.ServerTimeout] = new(503, "The call took too long.", RetryAfterSeconds: 5),
    }.ToFrozenDictionary();

    public static ErrorShape Of(ErrorCode code) => Shapes[code];

    /// <summary>The code for a status that the framework set by itself.</summary>
    public static ErrorCode ForStatus(int status) =>
        status switch
        {
            404 => ErrorCode.RouteNotFound,
            405 => ErrorCode.MethodNotAllowed,
            408 => ErrorCode.RequestTimeout,
            413 => ErrorCode.PayloadTooLarge,
            415 => ErrorCode.UnsupportedMediaType,
            429 => ErrorCode.RateLimited,
            >= 500 => ErrorCode.InternalError,
            _ => ErrorCode.BadRequest,
        };
}
