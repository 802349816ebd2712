namespace Scheduler.Core.Queue;

/// <summary>Wakes the long polls of this process when work may have become claimable.</summary>
public sealed class QueueSignal
{
    private volatile TaskCompletionSource raised = New();

    /// <summary>Completes at the next <see cref="Raise"/>. Take it before looking at the queue, so that no wake-up is missed.</summary>
    public Task Next => raised.Task;

    public void Raise() => Interlocked.Exchange(ref raised, New()).TrySetResult();

    /// <summary>Waits for a wake-up taken from <see cref="Next"/>, at most for <paramref name="limit"/>; then it is time to look again.</summary>
    public static async Task WaitAsync(
        Task wakeUp,
        TimeSpan limit,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await wakeUp.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nobody raised it meanwhile.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
