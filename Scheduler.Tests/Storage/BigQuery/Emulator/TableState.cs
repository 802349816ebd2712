using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>A table as it stood at one moment; never changed.</summary>
/// <param name="Mutations">How many committed UPDATEs and DELETEs have changed it.</param>
internal sealed record TableState(SqlTable Table, IReadOnlyList<StoredRow> Rows, long Mutations)
{
    public static TableState Empty(SqlTable table) => new(table, [], 0);
}
