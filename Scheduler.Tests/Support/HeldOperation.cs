namespace Scheduler.Tests.Support;

/// <summary>A script that has reached the engine and waits there.</summary>
internal sealed class HeldOperation
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => reached.Task;

    public void Release() => released.TrySetResult();

    /// <summary>Lets it go on and waits until it has committed or failed.</summary>
    public Task FinishAsync()
    {
        Release();
        return ended.Task;
    }

    internal void End() => ended.TrySetResult();

    internal Task WaitAsync()
    {
        reached.TrySetResult();
        return released.Task;
    }
}
