namespace Scheduler.Core.Storage.BigQuery;

/// <summary>A page of tables.list.</summary>
internal sealed record BigQueryTables
{
    public IReadOnlyList<Table>? Tables { get; init; }

    internal sealed record Table(Reference TableReference);

    internal sealed record Reference(string TableId);
}
