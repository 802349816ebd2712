namespace Scheduler.Core.Gathering;

/// <summary>The requests for one operation that wait for their group's turn.</summary>
internal interface IGatheredLine
{
    /// <summary>Takes the requests of the next script out of the line, and returns what sends it; null when none waits.</summary>
    /// <remarks>Called under the group's lock; what it returns is called outside of it, and never throws.</remarks>
    Func<Task>? TakeBatch();
}
