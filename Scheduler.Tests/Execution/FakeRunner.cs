using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Execution;

/// <summary>A pipeline runner whose runs end when the test says so.</summary>
internal sealed class FakeRunner(VirtualThread thread) : IPipelineRunner
{
    private readonly Dictionary<string, TaskCompletionSource<PipelineResult>> running = [];

    /// <summary>Queue ids in the order they were started.</summary>
    public List<string> Started { get; } = [];
    public List<(string QueueId, Duration At)> Stopped { get; } = [];
    public int MostAtOnce { get; private set; }
    public int Running => running.Count;

    /// <summary>True for a pipeline that does not heed its cancellation.</summary>
    public bool Deaf { get; set; }

    /// <summary>Makes every run end by itself after this time.</summary>
    public Duration? Takes { get; set; }

    /// <summary>Thrown by every run.</summary>
    public Exception? Throws { get; set; }

    public static PipelineResult Success { get; } =
        new PipelineResult.Completed { Metrics = new RunMetrics { RowsWritten = 120 } };

    public async Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
    {
        Started.Add(item.QueueId);
        if (Throws is { } exception)
        {
            throw exception;
        }
        var end = new TaskCompletionSource<PipelineResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        running[item.LeaseToken] = end;
        MostAtOnce = Math.Max(MostAtOnce, running.Count);
        using var registration = cancellationToken.Register(() =>
        {
            Stopped.Add((item.QueueId, thread.Elapsed));
            if (!Deaf)
            {
                end.TrySetCanceled(cancellationToken);
            }
        });
        if (Takes is { } takes)
        {
            _ = EndAfterAsync(takes, end);
        }
        try
        {
            return await end.Task;
        }
        finally
        {
            running.Remove(item.LeaseToken);
        }
    }

    public void End(LeaseItem item, PipelineResult? result = null) =>
        running[item.LeaseToken].TrySetResult(result ?? Success);

    public static PipelineResult Failure(ErrorType type, string message, Duration? retryAfter = null) =>
        new PipelineResult.Failed
        {
            ErrorType = type,
            Message = message,
            RetryAfter = retryAfter,
            Metrics = new RunMetrics(),
        };

    private async Task EndAfterAsync(Duration takes, TaskCompletionSource<PipelineResult> end)
    {
        await Task.Delay(takes.ToTimeSpan(), thread.Time);
        end.TrySetResult(Success);
    }
}
