namespace Scheduler.Core.Storage.BigQuery;

/// <summary>The body of an answer that is not a 2xx; an intermediary may send another.</summary>
internal sealed record BigQueryErrorBody
{
    public ErrorDocument? Error { get; init; }

    internal sealed record ErrorDocument
    {
        public string? Message { get; init; }
        public IReadOnlyList<BigQueryError>? Errors { get; init; }
    }
}
