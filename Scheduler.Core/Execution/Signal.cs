using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>Wakes one waiting loop. Raised while nobody waits, it makes the next wait return at once.</summary>
internal sealed class Signal(TimeProvider time)
{
    private TaskCompletionSource raised = NewSource();

    public void Raise() => Volatile.Read(ref raised).TrySetResult();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await Volatile.Read(ref raised).Task.WaitAsync(cancellationToken);
        Volatile.Write(ref raised, NewSource());
    }

    /// <summary>Waits until raised, at most for <paramref name="limit"/>.</summary>
    public async Task WaitAsync(Duration limit, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref raised).Task;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(current, time.DelayAsync(limit, timer.Token));
        timer.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
        if (current.IsCompleted)
        {
            Volatile.Write(ref raised, NewSource());
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
