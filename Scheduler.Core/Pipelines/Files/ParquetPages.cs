using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DuckDB.NET.Data;
using NodaTime;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>Reads Parquet through an in-memory DuckDB.</summary>
internal static class ParquetPages
{
    private static readonly SqlText Sql = SqlText.Load("duckdb", "staging");

    /// <param name="file">A file that only this run can change.</param>
    /// <param name="pageRows">Rows of a full page.</param>
    public static async IAsyncEnumerable<ExtractPage> ReadAsync(
        string file,
        int pageRows,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:;threads=1;memory_limit=512MB");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = Sql["read_parquet"];
        command.UseStreamingMode = true;
        command.Parameters.Add(new DuckDBParameter("path", file));
        await using var reader = await OpenAsync(command, cancellationToken);
        string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        var (first, bytes) = (1L, new FileInfo(file).Length);
        while (true)
        {
            var rows = new List<string?[]>(pageRows);
            while (rows.Count < pageRows && await NextAsync(reader, cancellationToken))
            {
                rows.Add([.. Enumerable.Range(0, columns.Length).Select(place => Text(reader, place))]);
            }
            yield return new ExtractPage
            {
                Columns = columns,
                Rows = rows,
                FirstRow = first,
                BytesRead = bytes,
            };
            if (rows.Count < pageRows)
            {
                yield break;
            }
            (first, bytes) = (first + rows.Count, 0);
        }
    }

    private static async Task<DuckDBDataReader> OpenAsync(DuckDBCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return (DuckDBDataReader)await command.ExecuteReaderAsync(cancellationToken);
        }
        catch (DuckDBException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreadable();
        }
    }

    private static async Task<bool> NextAsync(DuckDBDataReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (DuckDBException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreadable();
        }
    }

    private static PipelineException Unreadable() => new(ErrorType.SchemaDrift, "The file cannot be read as Parquet.");

    private static string? Text(DuckDBDataReader reader, int place) =>
        reader.IsDBNull(place)
            ? null
            : reader.GetValue(place) switch
            {
                string text => text,
                DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
                DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                LocalDate day => day.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture),
                bool flag => flag ? "true" : "false",
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                var nested => JsonSerializer.Serialize(nested),
            };
}
