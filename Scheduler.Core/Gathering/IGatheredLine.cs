namespace Scheduler.Core.Gathering;

/// <summary>The requests for one operation that wait for their group's turn.</summary>
/// <remarks>Used under the group's lock.</remarks>
internal interface IGatheredLine
{
    bool IsEmpty { get; }

    /// <summary>Takes the requests of the next script out of the line, and returns what sends it; one at least waits.</summary>
    /// <remarks>What it returns is called outside of the lock, and never throws.</remarks>
    Func<Task> TakeBatch();
}
