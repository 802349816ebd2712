using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines;

/// <summary>How an execution ended.</summary>
public abstract record PipelineResult
{
    private PipelineResult() { }

    public required RunMetrics Metrics { get; init; }

    public sealed record Completed : PipelineResult;

    public sealed record Failed : PipelineResult
    {
        public required ErrorType ErrorType { get; init; }

        /// <summary>For people; holds no secret and no provider body.</summary>
        public required string Message { get; init; }

        /// <summary>The wait the provider asked for.</summary>
        public Duration? RetryAfter { get; init; }
    }
}
