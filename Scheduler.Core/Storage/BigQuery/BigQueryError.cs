namespace Scheduler.Core.Storage.BigQuery;

/// <summary>One error as Google's APIs write it.</summary>
internal sealed record BigQueryError
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
}
