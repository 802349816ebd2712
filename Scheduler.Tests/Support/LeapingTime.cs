using Microsoft.Extensions.Time.Testing;

namespace Scheduler.Tests.Support;

/// <summary>Virtual time that leaps to the end of every wait as soon as it begins.</summary>
internal sealed class LeapingTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            // Not on this thread: the waiting one has to have begun.
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }
        return timer;
    }
}
