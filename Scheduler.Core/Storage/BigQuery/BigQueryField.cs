namespace Scheduler.Core.Storage.BigQuery;

internal sealed record BigQueryField
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public string? Mode { get; init; }
}
