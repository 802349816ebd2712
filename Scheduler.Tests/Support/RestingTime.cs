using Microsoft.Extensions.Time.Testing;

namespace Scheduler.Tests.Support;

/// <summary>Virtual time for a known number of loops: it moves only while each of them waits for it, so that none is left behind.</summary>
internal sealed class RestingTime(DateTimeOffset start, int loops) : FakeTimeProvider(start)
{
    private readonly Lock gate = new();
    private int waiting;
    private TaskCompletionSource rest = New();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
        {
            // One that repeats beats beside the work.
            return base.CreateTimer(callback, state, dueTime, period);
        }
        Move(1);
        var wait = new Wait(this);
        wait.Timer = base.CreateTimer(
            seen =>
            {
                wait.End();
                callback(seen);
            },
            state,
            dueTime,
            period
        );
        return wait;
    }

    /// <summary>Moves time step by step until the work has ended.</summary>
    public async Task RunAsync(Task work, TimeSpan step)
    {
        while (!work.IsCompleted)
        {
            Task resting;
            lock (gate)
            {
                resting = rest.Task;
            }
            if (await Task.WhenAny(work, resting) == resting)
            {
                Advance(step);
            }
        }
    }

    private void Move(int count)
    {
        lock (gate)
        {
            waiting += count;
            if (waiting >= loops)
            {
                rest.TrySetResult();
            }
            else if (rest.Task.IsCompleted)
            {
                rest = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Wait(RestingTime time) : ITimer
    {
        private int ended;

        public ITimer? Timer { get; set; }

        public void End()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                time.Move(-1);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => Timer!.Change(dueTime, period);

        public void Dispose()
        {
            End();
            Timer?.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
