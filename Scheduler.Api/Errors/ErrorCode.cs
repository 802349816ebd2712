using Scheduler.Core.Contracts;

namespace Scheduler.Api.Errors;

/// <summary>Everything that a call can be refused for; the word in <c>error_code</c>. Status and title: <see cref="ErrorCatalog"/>.</summary>
[WireCase(upper: true)]
public enum ErrorCode
{
    /// <summary>The request itself could not be understood, before any endpoint.</summary>
    BadRequest,

    /// <summary>A query parameter is missing or has a wrong form.</summary>
    InvalidQuery,
    InvalidCron,
    InvalidTimezone,
    MissingApiKey,
    InvalidApiKey,
    ExpiredApiKey,

    /// <summary>The signed token is not one that may call.</summary>
    InvalidToken,
    TrialEnded,
    SubscriptionEnded,

    /// <summary>This kind of key does not open this call.</summary>
    Forbidden,
    CustomerMismatch,
    CustomerSuspended,
    MissingScope,

    /// <summary>The plan allows no further provider.</summary>
    ProviderLimit,

    /// <summary>No such path.</summary>
    RouteNotFound,

    /// <summary>An id that is not there, or not this customer's.</summary>
    NotFound,
    TemplateNotFound,
    QueueEmpty,
    MethodNotAllowed,
    RequestTimeout,

    /// <summary>The present state does not allow it.</summary>
    Conflict,
    AlreadyExists,
    InlineDisabled,

    /// <summary>The customer has as many pipelines as it may have.</summary>
    PipelineLimit,

    /// <summary>The plan allows no further key.</summary>
    KeyLimit,

    /// <summary>The plan allows no further team member.</summary>
    TeamLimit,
    PayloadTooLarge,
    UnsupportedMediaType,

    /// <summary>The body, field by field.</summary>
    ValidationFailed,
    RateLimited,
    QuotaExceeded,

    /// <summary>More waits for the store than it can take in good time.</summary>
    StoreBusy,
    InternalError,
    StorageUnavailable,

    /// <summary>The keys by which a signed token is judged cannot be had.</summary>
    TokenKeysUnavailable,

    /// <summary>The key that seals secrets cannot be used now; nothing was stored.</summary>
    KeyServiceUnavailable,

    /// <summary>This process cannot serve yet.</summary>
    NotReady,

    /// <summary>The work took longer than the call may.</summary>
    ServerTimeout,
}
