namespace Scheduler.Core.Storage.BigQuery;

/// <summary>A dataset as BigQuery describes it; only that it is there is of interest.</summary>
internal sealed record BigQueryDataset
{
    public string? Location { get; init; }
}
