using Scheduler.Core.Contracts;

namespace Scheduler.Core.Retry;

/// <summary>Why a run failed. The first four are worth another try.</summary>
[WireCase(upper: true)]
public enum ErrorType
{
    RateLimitExceeded,
    TransientNetwork,
    ServiceUnavailable,
    Timeout,
    AuthenticationFailed,
    AuthorizationFailed,
    InvalidConfiguration,
    ResourceNotFound,
    SchemaDrift,
    WorkerLost,
    Cancelled,
    Unknown,
}
