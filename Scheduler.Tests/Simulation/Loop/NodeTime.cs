using NodaTime;

namespace Scheduler.Tests.Simulation.Loop;

/// <summary>A process's clocks: the wall clock may be wrong and jump; the monotonic one and the timers are right, as those of a host are.</summary>
internal sealed class NodeTime(EventLoop loop, Node node, Duration skew) : TimeProvider
{
    /// <summary>How far the wall clock is ahead.</summary>
    public Duration Skew { get; set; } = skew;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => (loop.Now + Skew).ToDateTimeOffset();

    public override long GetTimestamp() => (loop.Now - loop.Start).BclCompatibleTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new NodeTimer(loop, node, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class NodeTimer(EventLoop loop, Node node, TimerCallback callback, object? state) : ITimer
    {
        private EventLoop.Alarm? alarm;
        private TimeSpan period;
        private bool isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (isDisposed)
            {
                return false;
            }
            this.period = period;
            Set(dueTime);
            return true;
        }

        public void Dispose()
        {
            isDisposed = true;
            Stop();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            Stop();
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                alarm = loop.Set(node, loop.Now + Duration.FromTimeSpan(dueTime), Fire);
            }
        }

        private void Stop()
        {
            if (alarm is { } set)
            {
                set.IsOff = true;
            }
            alarm = null;
        }

        private void Fire()
        {
            // Switched off after its time had come and before its turn.
            if (isDisposed)
            {
                return;
            }
            if (period != Timeout.InfiniteTimeSpan && period > TimeSpan.Zero)
            {
                Set(period);
            }
            callback(state);
        }
    }
}
