namespace Scheduler.Core.Storage.BigQuery;

internal sealed record BigQuerySchema
{
    public IReadOnlyList<BigQueryField> Fields { get; init; } = [];
}
