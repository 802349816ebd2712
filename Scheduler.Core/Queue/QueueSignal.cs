namespace Scheduler.Core.Queue;

/// <summary>
/// Wakes the long polls of this process when work may have become claimable. What this process raised itself is told to the
/// others where a store can do that; what they tell is heard here.
/// </summary>
public sealed class QueueSignal
{
    // Completed on the raiser's stack: under a single-threaded scheduler nothing then leaves its thread.
    private volatile TaskCompletionSource next = new();
    private volatile TaskCompletionSource raised = New();
    private long sightings;

    /// <summary>
    /// Completes at the next <see cref="Raise"/> or <see cref="Hear"/>. Take it before looking at the queue, so that no wake-up is
    /// missed, and await it through <see cref="WaitAsync"/> only.
    /// </summary>
    public Task Next => next.Task;

    /// <summary>Completes at the next <see cref="Raise"/>: there is something to tell the other processes.</summary>
    public Task Raised => raised.Task;

    /// <summary>How often this process has seen a lease that is held.</summary>
    public long Sightings => Interlocked.Read(ref sightings);

    /// <summary>This process has given out a lease or renewed one: something is open, and nobody has to be woken for it.</summary>
    public void See() => Interlocked.Increment(ref sightings);

    /// <summary>This process has made work claimable.</summary>
    public void Raise()
    {
        Hear();
        Interlocked.Exchange(ref raised, New()).TrySetResult();
    }

    /// <summary>Another process has.</summary>
    public void Hear() => Interlocked.Exchange(ref next, new()).TrySetResult();

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
            // Off the stack of whoever raised it.
            await Task.Yield();
        }
        catch (TimeoutException)
        {
            // Nobody raised it meanwhile.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
