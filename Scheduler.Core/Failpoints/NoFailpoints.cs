namespace Scheduler.Core.Failpoints;

/// <summary>Goes on at once.</summary>
public sealed class NoFailpoints : IFailpoints
{
    public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
