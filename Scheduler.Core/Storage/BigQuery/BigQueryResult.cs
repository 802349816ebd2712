using System.Text.Json;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>A page of a query's result, or word that it is not ready.</summary>
internal sealed record BigQueryResult
{
    public bool JobComplete { get; init; }
    public BigQueryJobReference? JobReference { get; init; }
    public BigQuerySchema? Schema { get; init; }
    public IReadOnlyList<JsonElement>? Rows { get; init; }
    public string? PageToken { get; init; }
    public long TotalBytesProcessed { get; init; }
    public long? TotalBytesBilled { get; init; }
}
