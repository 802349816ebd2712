using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <param name="Id">Unique in the dataset, rising in the order of inserts.</param>
internal sealed record StoredRow(long Id, IReadOnlyList<ValueProto> Cells);
