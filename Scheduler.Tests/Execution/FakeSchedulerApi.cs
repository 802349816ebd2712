using System.Net;
using NodaTime;
using Refit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Execution;

/// <summary>An API in memory: a queue of items, and a behaviour for each call that a test may replace.</summary>
internal sealed class FakeSchedulerApi(VirtualThread thread) : ISchedulerApi
{
    private readonly Queue<LeaseItem> queue = [];
    private TaskCompletionSource arrival = new();

    public List<(Duration At, ProcessQueueRequest Request)> Claims { get; } = [];
    public List<(Duration At, HeartbeatRequest Request)> Heartbeats { get; } = [];
    public List<(Duration At, ResultsRequest Request)> Reports { get; } = [];

    /// <summary>Results that took effect.</summary>
    public List<RunResult> Accepted { get; } = [];
    public int OpenClaims { get; private set; }
    public int MostOpenClaims { get; private set; }

    public Func<ProcessQueueRequest, CancellationToken, Task<ApiResponse<LeaseResponse>>>? OnClaim { get; set; }
    public Func<HeartbeatRequest, CancellationToken, Task<ApiResponse<HeartbeatResponse>>>? OnHeartbeat { get; set; }
    public Func<ResultsRequest, CancellationToken, Task<ApiResponse<ResultsResponse>>>? OnReport { get; set; }

    /// <summary>What heartbeats say of a queue id; renewed where nothing is said.</summary>
    public Dictionary<string, HeartbeatStatus> HeartbeatSays { get; } = [];

    public void Enqueue(params LeaseItem[] items)
    {
        foreach (var item in items)
        {
            queue.Enqueue(item);
        }
        arrival.TrySetResult();
    }

    public async Task<ApiResponse<LeaseResponse>> LeaseAsync(
        ProcessQueueRequest request,
        CancellationToken cancellationToken
    )
    {
        Claims.Add((thread.Elapsed, request));
        MostOpenClaims = Math.Max(MostOpenClaims, ++OpenClaims);
        try
        {
            return await (OnClaim?.Invoke(request, cancellationToken) ?? ClaimAsync(request, cancellationToken));
        }
        finally
        {
            OpenClaims--;
        }
    }

    public Task<ApiResponse<HeartbeatResponse>> HeartbeatAsync(
        HeartbeatRequest request,
        CancellationToken cancellationToken
    )
    {
        Heartbeats.Add((thread.Elapsed, request));
        return OnHeartbeat?.Invoke(request, cancellationToken) ?? Task.FromResult(Beat(request));
    }

    public Task<ApiResponse<ResultsResponse>> ReportAsync(ResultsRequest request, CancellationToken cancellationToken)
    {
        Reports.Add((thread.Elapsed, request));
        return OnReport?.Invoke(request, cancellationToken) ?? Task.FromResult(Accept(request));
    }

    public ApiResponse<HeartbeatResponse> Beat(HeartbeatRequest request) =>
        Ok(
            new HeartbeatResponse
            {
                Leases =
                [
                    .. request.Leases.Select(lease => new HeartbeatResult
                    {
                        QueueId = lease.QueueId,
                        Status = HeartbeatSays.GetValueOrDefault(lease.QueueId, HeartbeatStatus.Renewed),
                    }),
                ],
            }
        );

    /// <summary>Accepts each token once; after that it answers stale.</summary>
    public ApiResponse<ResultsResponse> Accept(ResultsRequest request)
    {
        var receipts = new List<ResultReceipt>();
        foreach (var result in request.Results)
        {
            var fresh = Accepted.TrueForAll(accepted => accepted.LeaseToken != result.LeaseToken);
            if (fresh)
            {
                Accepted.Add(result);
            }
            receipts.Add(
                new ResultReceipt
                {
                    QueueId = result.QueueId,
                    Status = fresh ? ResultStatus.Accepted : ResultStatus.Stale,
                    State = fresh ? StateAfter(result.Outcome) : null,
                }
            );
        }
        return Ok(new ResultsResponse { Results = receipts });
    }

    public static ApiResponse<T> Ok<T>(T content) =>
        new(new HttpRequestMessage(), new HttpResponseMessage(HttpStatusCode.OK), content, new RefitSettings());

    public static ApiResponse<T> Status<T>(HttpStatusCode status, int? retryAfterSeconds = null)
    {
        var response = new HttpResponseMessage(status);
        if (retryAfterSeconds is { } seconds)
        {
            response.Headers.Add("Retry-After", $"{seconds}");
        }
        return new ApiResponse<T>(new HttpRequestMessage(), response, default, new RefitSettings());
    }

    public static Task<ApiResponse<T>> Down<T>() =>
        Task.FromException<ApiResponse<T>>(new HttpRequestException("Connection refused (scheduler:8080)"));

    /// <summary>Answers as the API does: at once when there is work, else when some arrives or the wait is over.</summary>
    public async Task<ApiResponse<LeaseResponse>> ClaimAsync(ProcessQueueRequest request, CancellationToken token)
    {
        if (queue.Count == 0 && request.WaitSeconds > 0)
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(token);
            var wait = Task.Delay(TimeSpan.FromSeconds(request.WaitSeconds), thread.Time, timer.Token);
            await Task.WhenAny(arrival.Task, wait);
            timer.Cancel();
            token.ThrowIfCancellationRequested();
        }
        var items = new List<LeaseItem>();
        while (items.Count < request.MaxItems && queue.TryDequeue(out var item))
        {
            items.Add(item);
        }
        if (queue.Count == 0)
        {
            arrival = new TaskCompletionSource();
        }
        return items.Count == 0
            ? Status<LeaseResponse>(HttpStatusCode.NotFound)
            : Ok(new LeaseResponse { Items = items });
    }

    private static RunState StateAfter(RunOutcome outcome) =>
        outcome switch
        {
            RunOutcome.Completed => RunState.Completed,
            RunOutcome.Released => RunState.Pending,
            _ => RunState.Failed,
        };
}
