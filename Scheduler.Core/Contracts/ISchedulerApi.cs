using Refit;

namespace Scheduler.Core.Contracts;

/// <summary>The lease protocol as a worker calls it; the process's own worker goes through the same calls without a socket.</summary>
public interface ISchedulerApi
{
    /// <summary>Leases up to <c>max_items</c>; 404 when the queue is empty.</summary>
    [Post("/api/v1/scheduler/process-queue")]
    Task<ApiResponse<LeaseResponse>> LeaseAsync(
        [Body] ProcessQueueRequest request,
        CancellationToken cancellationToken
    );

    [Post("/api/v1/scheduler/process-queue/heartbeat")]
    Task<ApiResponse<HeartbeatResponse>> HeartbeatAsync(
        [Body] HeartbeatRequest request,
        CancellationToken cancellationToken
    );

    [Post("/api/v1/scheduler/process-queue/results")]
    Task<ApiResponse<ResultsResponse>> ReportAsync([Body] ResultsRequest request, CancellationToken cancellationToken);
}
