using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>
/// Wakes one waiting loop. Raised while nobody waits, it makes the next wait return at once; the loop then looks at the
/// state itself. It is awaited directly (no Task.WhenAny), so that under a single-threaded scheduler nothing leaves its thread.
/// </summary>
internal sealed class Signal(TimeProvider time)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? waiter;
    private bool raised;

    public void Raise()
    {
        lock (gate)
        {
            raised = true;
            waiter?.TrySetResult();
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) =>
        WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits until raised, at most for <paramref name="limit"/>.</summary>
    public Task WaitAsync(Duration limit, CancellationToken cancellationToken) =>
        WaitAsync(limit.ToWait(), cancellationToken);

    private async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (raised)
            {
                raised = false;
                return;
            }
            waiter = mine;
        }
        using (time.CreateTimer(_ => mine.TrySetResult(), null, limit, Timeout.InfiniteTimeSpan))
        using (cancellationToken.Register(() => mine.TrySetResult()))
        {
            await mine.Task;
        }
        lock (gate)
        {
            waiter = null;
            raised = false;
        }
        cancellationToken.ThrowIfCancellationRequested();
    }
}
