namespace Scheduler.Core.Storage.BigQuery;

internal sealed record BigQueryJobReference
{
    public required string JobId { get; init; }
    public string? Location { get; init; }
}
