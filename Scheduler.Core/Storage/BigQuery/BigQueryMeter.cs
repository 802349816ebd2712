using System.Collections.Concurrent;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>Counts what the jobs of this process cost, by operation, and tells <see cref="BigQueryInstruments"/>. Safe for concurrent use.</summary>
public sealed class BigQueryMeter
{
    private readonly ConcurrentDictionary<string, BigQueryUse> uses = new();

    /// <summary>By operation, in the order of their names.</summary>
    public IReadOnlyList<BigQueryUse> Uses => [.. uses.Values.OrderBy(use => use.Operation, StringComparer.Ordinal)];

    internal void Count(SqlOperation operation, long statements, long bytesBilled)
    {
        var job = new BigQueryUse(operation.ToString(), 1, statements, bytesBilled);
        uses.AddOrUpdate(
            job.Operation,
            job,
            (_, use) =>
                use with
                {
                    Jobs = use.Jobs + job.Jobs,
                    Statements = use.Statements + job.Statements,
                    BytesBilled = use.BytesBilled + job.BytesBilled,
                }
        );
        BigQueryInstruments.Count(job);
    }
}
