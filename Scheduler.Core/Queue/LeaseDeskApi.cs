using System.Net;
using NodaTime;
using Refit;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Queue;

/// <summary>
/// The lease protocol without a socket: what this process's own worker and inline execution call. A store that is down
/// comes out as its exception.
/// </summary>
public sealed class LeaseDeskApi(LeaseDesk desk) : ISchedulerApi
{
    private static readonly RefitSettings Settings = new();

    public async Task<ApiResponse<LeaseResponse>> LeaseAsync(
        ProcessQueueRequest request,
        CancellationToken cancellationToken
    )
    {
        var items = await desk.LeaseAsync(
            request.WorkerId ?? "embedded",
            request.MaxItems,
            Duration.FromSeconds(request.WaitSeconds),
            cancellationToken
        );
        return items.Count == 0
            ? Answer<LeaseResponse>(HttpStatusCode.NotFound, null)
            : Answer(HttpStatusCode.OK, new LeaseResponse { Items = items });
    }

    public async Task<ApiResponse<HeartbeatResponse>> HeartbeatAsync(
        HeartbeatRequest request,
        CancellationToken cancellationToken
    ) => Answer(HttpStatusCode.OK, await desk.HeartbeatAsync(request, cancellationToken));

    public async Task<ApiResponse<ResultsResponse>> ReportAsync(
        ResultsRequest request,
        CancellationToken cancellationToken
    ) => Answer(HttpStatusCode.OK, await desk.ReportAsync(request, cancellationToken));

    private static ApiResponse<T> Answer<T>(HttpStatusCode status, T? content)
        where T : class => new(new HttpRequestMessage(), new HttpResponseMessage(status), content, Settings);
}
