using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Why a pipeline does not run now.</summary>
public sealed record PipelineWhyResponse
{
    public required string ConfigId { get; init; }
    public required PipelineWaitReason Reason { get; init; }

    /// <summary>The same for a reader, with the figures behind it.</summary>
    public required string Message { get; init; }

    /// <summary>When the cause ends, where that is known.</summary>
    public Instant? Until { get; init; }

    /// <summary>What will go wrong all the same when it runs.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Null while the pipeline is switched off.</summary>
    public Instant? NextRunTime { get; init; }

    /// <summary>Its run that is not over, the first to come.</summary>
    public RunResponse? OpenRun { get; init; }

    /// <summary>Why that has not run.</summary>
    public RunWait? OpenRunWhy { get; init; }

    /// <summary>Its latest run that is over.</summary>
    public RunResponse? LastRun { get; init; }
}
