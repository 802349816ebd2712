using Microsoft.Extensions.Logging;

namespace Scheduler.Core.Execution;

/// <summary>
/// Logs one line when calls begin to fail and one when all of them work again, however many fail in between; a failure
/// of another kind (unreachable, then a wrong key) is worth a line of its own. Thread-safe.
/// </summary>
internal sealed class ApiReachability(ILogger logger)
{
    private readonly Lock gate = new();
    private readonly HashSet<ApiCallKind> failing = [];
    private ApiFailureKind? announced;

    public void Failed(ApiCallKind call, ApiFailure failure)
    {
        lock (gate)
        {
            failing.Add(call);
            if (announced == failure.Kind)
            {
                return;
            }
            announced = failure.Kind;
        }
        switch (failure.Kind)
        {
            case ApiFailureKind.Unavailable:
                ExecutionLog.ApiUnavailable(logger, call, failure.Detail);
                break;
            case ApiFailureKind.Unauthorised:
                ExecutionLog.ApiUnauthorised(logger, call, failure.Detail);
                break;
            default:
                ExecutionLog.ApiRefused(logger, call, failure.Detail);
                break;
        }
    }

    public void Succeeded(ApiCallKind call)
    {
        lock (gate)
        {
            failing.Remove(call);
            if (announced is null || failing.Count > 0)
            {
                return;
            }
            announced = null;
        }
        ExecutionLog.ApiBack(logger);
    }

    /// <summary>There is nothing left to make this call for, so its last failure says nothing any more.</summary>
    public void Forget(ApiCallKind call)
    {
        lock (gate)
        {
            failing.Remove(call);
        }
    }
}
