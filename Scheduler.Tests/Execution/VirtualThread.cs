using Microsoft.Extensions.Time.Testing;
using NodaTime;

namespace Scheduler.Tests.Execution;

/// <summary>
/// Runs asynchronous code on the test's own thread in virtual time: every continuation is queued here and run in
/// order, and time moves only when the test says so. The same steps give the same history every time.
/// </summary>
internal sealed class VirtualThread : SynchronizationContext, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = [];
    private readonly SynchronizationContext? previous = Current;

    public VirtualThread() => SetSynchronizationContext(this);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2025, 6, 2, 14, 2, 7, TimeSpan.Zero));

    /// <summary>Virtual time since the start.</summary>
    public Duration Elapsed => Duration.FromTimeSpan(Time.GetUtcNow() - Time.Start);

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (queue)
        {
            queue.Enqueue((d, state));
            Monitor.Pulse(queue);
        }
    }

    /// <summary>Waits for a continuation that comes from elsewhere, as from a socket; on the machine's own clock.</summary>
    /// <returns>Whether there is one.</returns>
    public bool WaitForWork(TimeSpan limit)
    {
        lock (queue)
        {
            return queue.Count > 0 || Monitor.Wait(queue, limit);
        }
    }

    /// <summary>Runs all that can run at this instant.</summary>
    public void Settle()
    {
        for (var count = 0; TryTake(out var item); count++)
        {
            if (count > 1_000_000)
            {
                throw new InvalidOperationException("The code under test is busy without letting time pass.");
            }
            item.Callback(item.State);
        }
    }

    /// <summary>Lets time pass in small steps, running what becomes due.</summary>
    public void Advance(double seconds)
    {
        Settle();
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= Step)
        {
            Time.Advance(left < Step ? left : Step);
            Settle();
        }
    }

    /// <summary>Lets time pass at once, as for a process that was frozen: only the last instant is seen.</summary>
    public void Freeze(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Advances until the task has ended and returns its result.</summary>
    public T Await<T>(Task<T> task, double withinSeconds = 60)
    {
        AwaitEnd(task, withinSeconds);
        return task.GetAwaiter().GetResult();
    }

    public void Await(Task task, double withinSeconds = 60)
    {
        AwaitEnd(task, withinSeconds);
        task.GetAwaiter().GetResult();
    }

    public void Dispose() => SetSynchronizationContext(previous);

    private void AwaitEnd(Task task, double withinSeconds)
    {
        var until = Elapsed + Duration.FromSeconds(withinSeconds);
        Settle();
        while (!task.IsCompleted)
        {
            if (Elapsed >= until)
            {
                throw new TimeoutException($"Not ended within {withinSeconds} virtual seconds.");
            }
            Time.Advance(Step);
            Settle();
        }
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) item)
    {
        lock (queue)
        {
            return queue.TryDequeue(out item);
        }
    }
}
