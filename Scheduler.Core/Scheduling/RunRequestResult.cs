using Scheduler.Core.Runs;

namespace Scheduler.Core.Scheduling;

/// <summary>What came of asking for a run.</summary>
public abstract record RunRequestResult
{
    private RunRequestResult() { }

    /// <summary>It is queued.</summary>
    public sealed record Queued(Run Run) : RunRequestResult;

    /// <summary>The same key has asked before.</summary>
    /// <param name="Run">What it led to, as it stands now.</param>
    public sealed record AskedBefore(Run Run) : RunRequestResult;

    /// <summary>There is none, and nothing was written.</summary>
    public sealed record Refused(RunRefusal Reason) : RunRequestResult;

    /// <summary>The customer has no such pipeline, or no such run.</summary>
    public sealed record NoSuchPipeline : RunRequestResult;
}
