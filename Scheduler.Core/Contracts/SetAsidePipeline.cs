namespace Scheduler.Core.Contracts;

public sealed record SetAsidePipeline
{
    public required string ConfigId { get; init; }
    public required string CustomerId { get; init; }
    public required string Reason { get; init; }
}
