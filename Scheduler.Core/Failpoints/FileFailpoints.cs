namespace Scheduler.Core.Failpoints;

/// <summary>Signals a reached place by creating a file, then waits until <c>&lt;file&gt;.go</c> exists.</summary>
/// <param name="signals">Failpoint to the path of its file.</param>
/// <param name="timeProvider">Paces the look for the second file.</param>
public sealed class FileFailpoints(IReadOnlyDictionary<string, string> signals, TimeProvider timeProvider) : IFailpoints
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    public async ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
    {
        if (!signals.TryGetValue(failpoint, out var signal))
        {
            return;
        }
        await File.WriteAllTextAsync(signal, failpoint, cancellationToken);
        while (!File.Exists($"{signal}.go"))
        {
            await Task.Delay(LookEvery, timeProvider, cancellationToken);
        }
    }
}
