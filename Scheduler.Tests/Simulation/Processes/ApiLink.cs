using System.Net;
using NodaTime;
using Refit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Judging;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>A worker's way to the API: each call goes to some instance, and may be lost, late or repeated, both ways.</summary>
internal sealed class ApiLink(
    Node worker,
    Func<ApiNode?> pick,
    EventLoop loop,
    FaultPlan faults,
    Acknowledgements acknowledgements,
    Random latency
) : ISchedulerApi
{
    private static readonly RefitSettings Settings = new();

    /// <summary>Until then nothing gets through.</summary>
    public Instant CutUntil { get; set; }

    public Task<ApiResponse<LeaseResponse>> LeaseAsync(
        ProcessQueueRequest request,
        CancellationToken cancellationToken
    ) =>
        CallAsync(
            "lease",
            async (api, token) =>
            {
                var answer = await api.LeaseAsync(request, token);
                if (answer.Content is { } content)
                {
                    acknowledgements.Leased(content);
                }
                return answer;
            },
            cancellationToken
        );

    public Task<ApiResponse<HeartbeatResponse>> HeartbeatAsync(
        HeartbeatRequest request,
        CancellationToken cancellationToken
    ) => CallAsync("heartbeat", (api, token) => api.HeartbeatAsync(request, token), cancellationToken);

    public Task<ApiResponse<ResultsResponse>> ReportAsync(
        ResultsRequest request,
        CancellationToken cancellationToken
    ) =>
        CallAsync(
            "report",
            async (api, token) =>
            {
                var answer = await api.ReportAsync(request, token);
                if (answer.Content is { } content)
                {
                    acknowledgements.Reported(request, content);
                }
                return answer;
            },
            cancellationToken
        );

    private async Task<ApiResponse<T>> CallAsync<T>(
        string what,
        Func<ISchedulerApi, CancellationToken, Task<ApiResponse<T>>> call,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var answer = new TaskCompletionSource<ApiResponse<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var caller = new CancellationTokenSource();
        await using var hangUp = cancellationToken.Register(() =>
        {
            answer.TrySetCanceled(cancellationToken);
            // The other side hears of it a little later, if at all.
            loop.After(Delay(), caller.Cancel);
        });
        var where = $"{worker.Name}: {what}";
        if (!IsCut && !faults.Hits(Fault.LostRequest, 0.02, where))
        {
            loop.After(Transit(where), () => Arrive(where, call, answer, caller.Token));
            if (faults.Hits(Fault.RepeatedRequest, 0.03, where))
            {
                loop.After(Transit(where), () => Arrive(where, call, answer, caller.Token));
            }
        }
        return await answer.Task;
    }

    private bool IsCut => loop.Now < CutUntil;

    private void Arrive<T>(
        string where,
        Func<ISchedulerApi, CancellationToken, Task<ApiResponse<T>>> call,
        TaskCompletionSource<ApiResponse<T>> answer,
        CancellationToken hungUp
    )
        where T : class
    {
        if (pick() is not { } instance)
        {
            loop.After(Delay(), () => answer.TrySetException(new HttpRequestException("Nobody listens.")));
            return;
        }
        instance.Node.Run(async () =>
        {
            var response = await AnswerAsync(instance, call, hungUp);
            if (response is null || IsCut || faults.Hits(Fault.LostReply, 0.02, where))
            {
                return;
            }
            loop.After(Delay(), () => answer.TrySetResult(response));
        });
    }

    /// <summary>As the endpoints do: what the store refuses becomes a status; who has hung up gets nothing.</summary>
    private static async Task<ApiResponse<T>?> AnswerAsync<T>(
        ApiNode instance,
        Func<ISchedulerApi, CancellationToken, Task<ApiResponse<T>>> call,
        CancellationToken hungUp
    )
        where T : class
    {
        try
        {
            return await call(instance.Api, hungUp);
        }
        catch (StorageUnavailableException)
        {
            return Refusal<T>(HttpStatusCode.ServiceUnavailable);
        }
        catch (StoreBusyException)
        {
            return Refusal<T>(HttpStatusCode.TooManyRequests);
        }
        catch (OperationCanceledException) when (hungUp.IsCancellationRequested)
        {
            return null;
        }
    }

    private static ApiResponse<T> Refusal<T>(HttpStatusCode status)
        where T : class => new(new HttpRequestMessage(), new HttpResponseMessage(status), null, Settings);

    private Duration Transit(string where) =>
        faults.Hits(Fault.LateRequest, 0.02, where)
            ? faults.Stream(Fault.LateRequest).Between(Duration.FromSeconds(5), Duration.FromMinutes(20))
            : Delay();

    private Duration Delay() => latency.Between(Duration.FromMilliseconds(1), Duration.FromMilliseconds(40));
}
