using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>One run.</summary>
public sealed record RunModel
{
    public required Run Run { get; init; }
    public required PipelineConfig Pipeline { get; init; }
    public required string CompanyName { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<RunTransition> Transitions { get; init; }

    /// <summary>Every try of the occurrence, this run among them.</summary>
    public required IReadOnlyList<Run> Attempts { get; init; }
    public required RunWait Why { get; init; }

    /// <summary>What the customer's dataset remembers of its executions; null while that cannot be read.</summary>
    public required IReadOnlyList<ExecutionStep>? Steps { get; init; }
}
