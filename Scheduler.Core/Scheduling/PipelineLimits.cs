namespace Scheduler.Core.Scheduling;

/// <summary>What a customer may configure at most.</summary>
public sealed record PipelineLimits
{
    /// <summary>Pipelines of one customer, active or not. The default value is 1,000.</summary>
    public int MaxPerCustomer { get; init; } = 1_000;
}
