using System.Collections.Concurrent;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>Counts what the jobs of this process cost, by operation. Safe for concurrent use.</summary>
public sealed class BigQueryMeter
{
    private readonly ConcurrentDictionary<string, BigQueryUse> uses = new();

    /// <summary>By operation, in the order of their names.</summary>
    public IReadOnlyList<BigQueryUse> Uses => [.. uses.Values.OrderBy(use => use.Operation, StringComparer.Ordinal)];

    internal void Count(SqlOperation operation, long statements, long bytesBilled) =>
        uses.AddOrUpdate(
            operation.ToString(),
            name => new BigQueryUse(name, 1, statements, bytesBilled),
            (_, use) =>
                use with
                {
                    Jobs = use.Jobs + 1,
                    Statements = use.Statements + statements,
                    BytesBilled = use.BytesBilled + bytesBilled,
                }
        );
}
