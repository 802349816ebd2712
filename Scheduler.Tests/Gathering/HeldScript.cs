namespace Scheduler.Tests.Gathering;

/// <summary>One script that waits for the test to let it commit or fail.</summary>
internal sealed class HeldScript(string operation, IReadOnlyList<int> requests)
{
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Operation => operation;

    public IReadOnlyList<int> Requests => requests;

    public Task Held => end.Task;

    public void Commit() => end.SetResult();

    public void Fail(Exception failure) => end.SetException(failure);
}
