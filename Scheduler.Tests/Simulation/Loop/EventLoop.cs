using System.Diagnostics;
using NodaTime;

namespace Scheduler.Tests.Simulation.Loop;

/// <summary>
/// The one thread of a simulated history. What can run at an instant runs in an order drawn from the seed; time moves on when nothing
/// can. Nothing of a history happens elsewhere: whatever leaves the thread is a fault of the simulation and ends it.
/// </summary>
internal sealed class EventLoop(Instant start, Random order)
{
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<Ready> ready = [];
    private readonly PriorityQueue<Alarm, (long At, long Place)> alarms = new();
    private long places;

    public Instant Start { get; } = start;

    /// <summary>The true time, which no process of the history can read but the database.</summary>
    public Instant Now { get; private set; } = start;

    /// <summary>Callbacks that have run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The first exception that no code of the history has caught.</summary>
    public Exception? Crash { get; private set; }

    /// <summary>Calls <paramref name="action"/> as nobody's in particular, after a time.</summary>
    public void After(Duration delay, Action action) => Set(null, Now + delay, action);

    /// <summary>Calls <paramref name="action"/> within a process, after a time.</summary>
    public Alarm Set(Node? node, Instant at, Action action)
    {
        var alarm = new Alarm(node, action);
        alarms.Enqueue(alarm, (Math.Max(at.ToUnixTimeTicks(), Now.ToUnixTimeTicks()), ++places));
        return alarm;
    }

    public void Post(Node? node, SendOrPostCallback callback, object? state)
    {
        // What is left of a dead process speaks up once more when it is collected.
        if (node is { IsAlive: false })
        {
            return;
        }
        if (Environment.CurrentManagedThreadId != thread)
        {
            Crash ??= new InvalidOperationException($"Left the thread of the history: {new StackTrace()}");
            return;
        }
        ready.Add(new Ready(node, callback, state));
    }

    /// <summary>Runs all that happens up to an instant, unless <paramref name="isOver"/> says so before.</summary>
    public void RunUntil(Instant end, Func<bool> isOver)
    {
        var outer = SynchronizationContext.Current;
        try
        {
            while (Crash is null && !isOver())
            {
                if (ready.Count > 0)
                {
                    RunOne();
                }
                else if (!MoveOn(end))
                {
                    return;
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void RunOne()
    {
        var place = order.Next(ready.Count);
        var next = ready[place];
        ready[place] = ready[^1];
        ready.RemoveAt(ready.Count - 1);
        if (next.Node is { } node && !node.Takes(next.Callback, next.State))
        {
            return;
        }
        Steps++;
        SynchronizationContext.SetSynchronizationContext(next.Node?.Context);
        try
        {
            next.Callback(next.State);
        }
        catch (Exception exception)
        {
            Crash ??= exception;
        }
    }

    private bool MoveOn(Instant end)
    {
        while (alarms.TryPeek(out var alarm, out var due))
        {
            if (alarm.IsOff)
            {
                alarms.Dequeue();
                continue;
            }
            var at = Instant.FromUnixTimeTicks(due.At);
            if (at > end)
            {
                break;
            }
            Now = at;
            // All of this instant, so that chance decides which comes first.
            while (alarms.TryPeek(out alarm, out var same) && same.At == due.At)
            {
                alarms.Dequeue();
                if (!alarm.IsOff)
                {
                    alarm.IsOff = true;
                    Post(alarm.Node, static state => ((Action)state!)(), alarm.Action);
                }
            }
            return true;
        }
        Now = end;
        return false;
    }

    /// <summary>Something that is to happen at an instant, unless it is switched off before.</summary>
    internal sealed class Alarm(Node? node, Action action)
    {
        public Node? Node => node;
        public Action Action => action;
        public bool IsOff { get; set; }
    }

    private readonly record struct Ready(Node? Node, SendOrPostCallback Callback, object? State);
}
