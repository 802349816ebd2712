using System.Collections.Frozen;

namespace Scheduler.Api.Errors;

/// <summary>Status and title of every error code.</summary>
public static class ErrorCatalog
{
    private static readonly FrozenDictionary<ErrorCode, ErrorShape> Shapes = new Dictionary<ErrorCode, ErrorShape>
    {
        [ErrorCode.BadRequest] = new(
            400,
            "The request could not be read.",
            "Send a well-formed HTTP request to a path of /docs."
        ),
        [ErrorCode.InvalidQuery] = new(
            400,
            "A query parameter is wrong.",
            "The names and forms of the query parameters are in /docs."
        ),
        [ErrorCode.InvalidCron] = new(
            400,
            "The cron expression is wrong.",
            "Write five fields (minute, hour, day of month, month, day of week) or a macro such as @daily."
        ),
        [ErrorCode.InvalidTimezone] = new(
            400,
            "The time zone is not known.",
            "Use an IANA time zone such as Europe/Berlin; case matters."
        ),
        [ErrorCode.MissingApiKey] = new(
            401,
            "A key is needed.",
            "Send a key: X-API-Key for a customer, X-Admin-Key or X-Worker-Key for the system."
        ),
        [ErrorCode.InvalidApiKey] = new(401, "The key is not valid.", "Check the key, and whether it was revoked."),
        [ErrorCode.ExpiredApiKey] = new(
            401,
            "The key has expired.",
            "Make a new key; this one is past its expires_at."
        ),
        [ErrorCode.InvalidToken] = new(
            401,
            "The token is not valid here.",
            "Send a current token of the account and audience that are set here, or a key."
        ),
        [ErrorCode.TrialEnded] = new(402, "The trial has ended.", "Choose a plan to go on; schedules resume with it."),
        [ErrorCode.SubscriptionEnded] = new(
            402,
            "The subscription has ended.",
            "Renew the subscription to go on; schedules resume with it."
        ),
        [ErrorCode.Forbidden] = new(
            403,
            "This key does not open this call.",
            "Use a key of the kind that this call asks for; /docs names it."
        ),
        [ErrorCode.CustomerMismatch] = new(
            403,
            "The key belongs to another customer.",
            "Use the customer id that the key belongs to: it stands before _api_ in the key."
        ),
        [ErrorCode.CustomerSuspended] = new(
            403,
            "The customer is suspended.",
            "Ask the operator why, and to set the customer active again."
        ),
        [ErrorCode.MissingScope] = new(
            403,
            "The key lacks the scope for this call.",
            "Use a key with the scope that this call asks for; /docs names it."
        ),
        [ErrorCode.ProviderLimit] = new(
            403,
            "The plan allows no further provider.",
            "Remove a provider, or choose a larger plan."
        ),
        [ErrorCode.RouteNotFound] = new(
            404,
            "There is nothing at this path.",
            "The paths that there are stand in /docs."
        ),
        [ErrorCode.NotFound] = new(404, "There is no such thing.", "No such id belongs to this customer."),
        [ErrorCode.TemplateNotFound] = new(
            404,
            "There is no such pipeline template.",
            "Choose one of the templates that are installed."
        ),
        [ErrorCode.QueueEmpty] = new(404, "The queue is empty.", "Nothing can be run now; ask again after a pause."),
        [ErrorCode.MethodNotAllowed] = new(
            405,
            "This path does not know the method.",
            "The methods of this path stand in /docs."
        ),
        [ErrorCode.RequestTimeout] = new(
            408,
            "The request took too long to arrive.",
            "Send the whole request without long pauses."
        ),
        [ErrorCode.Conflict] = new(
            409,
            "The present state does not allow it.",
            "Look at the present state and decide anew."
        ),
        [ErrorCode.AlreadyExists] = new(409, "It exists already.", "Change the existing one, or choose another name."),
        [ErrorCode.InlineDisabled] = new(409, "Inline execution is off.", "Send \"execution\": \"lease\"."),
        [ErrorCode.PipelineLimit] = new(
            409,
            "The customer has as many pipelines as it may have.",
            "Change or reuse a pipeline that exists."
        ),
        [ErrorCode.KeyLimit] = new(
            409,
            "The plan allows no further key.",
            "End a key that is not needed, or choose a larger plan."
        ),
        [ErrorCode.TeamLimit] = new(
            409,
            "The plan allows no further team member.",
            "Remove a member, or choose a larger plan."
        ),
        [ErrorCode.PayloadTooLarge] = new(413, "The body is too large.", "Send a smaller body."),
        [ErrorCode.UnsupportedMediaType] = new(
            415,
            "The body must be application/json in UTF-8.",
            "Set Content-Type to application/json."
        ),
        [ErrorCode.ValidationFailed] = new(422, "The body has wrong fields.", "Mend the fields in errors."),
        [ErrorCode.RateLimited] = new(
            429,
            "Too many requests.",
            "Wait for as long as Retry-After says.",
            RetryAfterSeconds: 1
        ),
        [ErrorCode.QuotaExceeded] = new(
            429,
            "The quota is used up.",
            "Wait for the next day or month of the customer, or choose a larger plan.",
            RetryAfterSeconds: 60
        ),
        [ErrorCode.StoreBusy] = new(
            429,
            "Too much waits for the store.",
            "Nothing was changed. Wait for as long as Retry-After says.",
            RetryAfterSeconds: 1
        ),
        [ErrorCode.InternalError] = new(
            500,
            "Something went wrong on our side.",
            "It is logged under the request_id; tell that to the operator."
        ),
        [ErrorCode.StorageUnavailable] = new(
            503,
            "The store cannot be reached.",
            "Try again; nothing was changed.",
            RetryAfterSeconds: 5
        ),
        [ErrorCode.TokenKeysUnavailable] = new(
            503,
            "The token cannot be judged now.",
            "The issuer's keys cannot be fetched. Try again, or send a key.",
            RetryAfterSeconds: 10
        ),
        [ErrorCode.KeyServiceUnavailable] = new(
            503,
            "The key that seals secrets cannot be used.",
            "Try again later; nothing was stored.",
            RetryAfterSeconds: 5
        ),
        [ErrorCode.NotReady] = new(503, "The process is not ready.", "Try again shortly.", RetryAfterSeconds: 5),
        [ErrorCode.ServerTimeout] = new(
            503,
            "The call took too long.",
            "Try again, with a smaller piece of work where that is possible.",
            RetryAfterSeconds: 5
        ),
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
