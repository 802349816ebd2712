using Scheduler.Tests.Storage.BigQuery.GoogleSql;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>What a job came to: the rows of its last SELECT, and every statement that looked at a table.</summary>
internal sealed record QueryOutcome(
    IReadOnlyList<SqlColumn> Columns,
    IReadOnlyList<TableData.Types.Row> Rows,
    IReadOnlyList<StatementUse> Uses,
    bool IsScript
);
