using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Queue;

namespace Scheduler.Api.Hosting;

/// <summary>Inline execution for a caller who may also wait for work to come.</summary>
internal sealed class InlineQueue(InlineExecution inline, QueueSignal signal, LeaseOptions options, TimeProvider time)
{
    private const int LongestRunWait = 540;

    /// <summary>Runs the next item. Null when none came within the request's wait, or the wait was cut short.</summary>
    /// <param name="workerId">Who asks; shown on the run.</param>
    /// <param name="waiting">Ends the wait for work.</param>
    /// <param name="cancellation">The caller went away; a run that has begun goes on.</param>
    public async Task<InlineResponse?> RunNextAsync(
        string workerId,
        ProcessQueueRequest request,
        CancellationToken waiting,
        CancellationToken cancellation
    )
    {
        var maxWait = Duration.FromSeconds(request.MaxWaitSeconds ?? LongestRunWait);
        var started = time.GetTimestamp();
        while (true)
        {
            var wakeUp = signal.Next;
            var answer = await inline.RunNextAsync(workerId, maxWait, cancellation);
            var left = TimeSpan.FromSeconds(request.WaitSeconds) - time.GetElapsedTime(started);
            if (answer is not null || left <= TimeSpan.Zero || waiting.IsCancellationRequested)
            {
                return answer;
            }
            var pause = options.PollInterval.ToTimeSpan();
            await QueueSignal.WaitAsync(wakeUp, left < pause ? left : pause, time, waiting);
        }
    }
}
