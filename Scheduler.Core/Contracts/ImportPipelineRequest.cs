namespace Scheduler.Core.Contracts;

/// <summary>A line of POST /api/v1/scheduler/import: a pipeline as its customer would configure it, and whose it is.</summary>
public sealed record ImportPipelineRequest : ConfigurePipelineRequest
{
    [Text(1, 50)]
    public required string CustomerId { get; init; }
}
