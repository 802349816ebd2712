using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Scheduler.Tests.Support;

/// <summary>Virtual time that moves only after somebody has begun to wait for it, so that it never runs ahead of a busy machine.</summary>
internal sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Channel<TimeSpan> waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Waits of exactly these lengths are over as soon as they begin.</summary>
    public ICollection<TimeSpan> Skips { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        // One that repeats beats beside the work and holds nothing up.
        if (period == Timeout.InfiniteTimeSpan)
        {
            waits.Writer.TryWrite(dueTime);
        }
        if (Skips.Contains(dueTime))
        {
            // Not on this thread: the waiting one has to have begun.
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }
        return timer;
    }

    /// <summary>Moves time by <paramref name="step"/> for every wait that begins, until the work has ended.</summary>
    public Task RunAsync(Task work, TimeSpan step) => RunAsync(work, _ => step);

    /// <summary>Moves time to the end of every wait that begins, until the work has ended.</summary>
    public Task RunAsync(Task work) => RunAsync(work, wait => wait);

    private async Task RunAsync(Task work, Func<TimeSpan, TimeSpan> step)
    {
        while (!work.IsCompleted)
        {
            var wait = waits.Reader.WaitToReadAsync().AsTask();
            if (await Task.WhenAny(work, wait) == wait && waits.Reader.TryRead(out var due))
            {
                Advance(step(due));
            }
        }
    }
}
