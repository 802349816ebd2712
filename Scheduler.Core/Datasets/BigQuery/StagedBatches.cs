using System.Data.Common;
using DuckDB.NET.Data;
using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>Reads a run's staging file back in batches that fit into one request, and into memory.</summary>
internal static class StagedBatches
{
    /// <summary>Most lines of a batch.</summary>
    public const int MostRows = 3_000;

    /// <summary>Most bytes of a batch, as it travels. A request may have 10 MB; a batch is held in memory a few times over.</summary>
    public const int MostBytes = 4_000_000;

    /// <summary>What JSON makes of one character at most: an escape of six.</summary>
    private const int Escaped = 6;

    /// <summary>Beside the values: the names of the fields, and what stands around each of them and around the line.</summary>
    private static readonly int RowBytes =
        32
        + BigQueryType
            .Parse(BigQueryDatasets.Script("stage").Parameters.Single(parameter => parameter.Name == "rows").Type)
            .Element!.Fields.Sum(field => field.Name.Length + 24);

    private static readonly SqlText Sql = SqlText.Load("duckdb", "staging");

    /// <summary>The lines of a file that is complete, in batches of at least one line.</summary>
    /// <exception cref="LineTooLargeException">One line alone is larger than a batch may be.</exception>
    public static IEnumerable<IReadOnlyList<StagedRow>> Read(StagedLines staged)
    {
        using var connection = new DuckDBConnection(
            $"DataSource={staged.FilePath};access_mode=READ_ONLY;threads=1;memory_limit=256MB"
        );
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Sql["read_lines"];
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var batch = new List<StagedRow>();
        var bytes = 0L;
        while (reader.Read())
        {
            var row = Row(reader);
            var size = Bytes(reader);
            if (size > MostBytes)
            {
                throw new LineTooLargeException(MostBytes);
            }
            if (batch.Count == MostRows || bytes + size > MostBytes)
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }
            batch.Add(row);
            bytes += size;
        }
        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Never less than what the line takes in the request.</summary>
    private static long Bytes(DbDataReader row)
    {
        var bytes = (long)RowBytes;
        for (var column = 0; column < row.FieldCount; column++)
        {
            bytes +=
                row.IsDBNull(column) ? 0
                : row.GetValue(column) is string text ? Bytes(text)
                : 10;
        }
        return bytes;
    }

    private static long Bytes(string text)
    {
        var plain = 0;
        foreach (var character in text)
        {
            if (char.IsAsciiLetterOrDigit(character) || character is ' ' or '-' or '.' or '/' or ':' or '_')
            {
                plain++;
            }
        }
        return plain + (long)Escaped * (text.Length - plain);
    }

    private static StagedRow Row(DbDataReader row) =>
        new()
        {
            LineHash = row.GetString(0),
            UsageDate = Day(row, 1),
            BillingPeriod = Day(row, 2),
            BillingAccountId = Text(row, 3),
            SubAccountId = Text(row, 4),
            SubAccountName = Text(row, 5),
            ServiceName = Text(row, 6),
            ServiceCategory = Text(row, 7),
            SkuId = Text(row, 8),
            ChargeDescription = Text(row, 9),
            RegionId = Text(row, 10),
            ResourceId = Text(row, 11),
            ChargeCategory = row.GetString(12),
            ChargeClass = Text(row, 13),
            BilledCost = row.GetString(14),
            EffectiveCost = row.GetString(15),
            ListCost = Text(row, 16),
            ContractedCost = Text(row, 17),
            PricingQuantity = Text(row, 18),
            PricingUnit = Text(row, 19),
            BillingCurrency = row.GetString(20),
            IsEstimated = row.GetBoolean(21),
            Tags = Text(row, 22),
            Extra = Text(row, 23),
        };

    private static LocalDate Day(DbDataReader row, int column) =>
        LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(column));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
