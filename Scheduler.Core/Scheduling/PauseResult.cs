using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>What came of pausing a pipeline or of ending its pause.</summary>
public abstract record PauseResult
{
    private PauseResult() { }

    /// <param name="Config">As it is now.</param>
    public sealed record Done(PipelineConfig Config) : PauseResult;

    /// <summary>The customer has no such pipeline.</summary>
    public sealed record NoSuchPipeline : PauseResult;

    /// <summary>It is not active: there is nothing to pause.</summary>
    public sealed record SwitchedOff : PauseResult;

    /// <summary>The end that was asked for has passed.</summary>
    /// <param name="Now">When it was judged.</param>
    public sealed record OverAlready(Instant Now) : PauseResult;
}
