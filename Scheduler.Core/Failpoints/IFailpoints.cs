namespace Scheduler.Core.Failpoints;

/// <summary>A seam for tests that stop a process at a named place. Production has <see cref="NoFailpoints"/>.</summary>
public interface IFailpoints
{
    /// <summary>Called when an execution reaches the place; returns when it may go on.</summary>
    ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken);
}
