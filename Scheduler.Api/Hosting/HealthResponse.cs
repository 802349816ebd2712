namespace Scheduler.Api.Hosting;

public sealed record HealthResponse
{
    /// <summary>live or ready.</summary>
    public required string Status { get; init; }
}
