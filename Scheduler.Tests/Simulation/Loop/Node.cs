using NodaTime;

namespace Scheduler.Tests.Simulation.Loop;

/// <summary>
/// A process. What it awaits goes on as long as it lives; killed, it stops between two of its steps and nothing of it is heard again;
/// frozen, it takes up everything it has missed when it thaws.
/// </summary>
internal sealed class Node
{
    private readonly EventLoop loop;
    private readonly Queue<(SendOrPostCallback, object?)> missed = [];
    private bool isFrozen;

    public Node(EventLoop loop, string name, Duration skew)
    {
        this.loop = loop;
        Name = name;
        Context = new NodeContext(loop, this);
        Time = new NodeTime(loop, this, skew);
    }

    public string Name { get; }

    public bool IsAlive { get; private set; } = true;

    public SynchronizationContext Context { get; }

    /// <summary>The process's own clock.</summary>
    public NodeTime Time { get; }

    /// <summary>Whether the process does anything at the moment.</summary>
    public bool IsRunning => IsAlive && !isFrozen;

    public void Kill()
    {
        IsAlive = false;
        missed.Clear();
    }

    public void Freeze() => isFrozen = true;

    public void Thaw()
    {
        isFrozen = false;
        while (missed.TryDequeue(out var item))
        {
            loop.Post(this, item.Item1, item.Item2);
        }
    }

    /// <summary>Begins something in the process. An exception that comes out of it is a fault of the product.</summary>
    public void Run(Func<Task> work) => loop.Post(this, static state => _ = AwaitAsync((Func<Task>)state!), work);

    /// <summary>Whether a step may run now: a dead process's is dropped, a frozen one's kept.</summary>
    public bool Takes(SendOrPostCallback callback, object? state)
    {
        if (IsAlive && isFrozen)
        {
            missed.Enqueue((callback, state));
        }
        return IsRunning;
    }

    private static async Task AwaitAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            // Out of the task and into the loop, which ends the history.
            SynchronizationContext.Current!.Post(
                static failure => throw new InvalidOperationException("A process has failed.", (Exception)failure!),
                exception
            );
        }
    }

    private sealed class NodeContext(EventLoop loop, Node node) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => loop.Post(node, d, state);

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
