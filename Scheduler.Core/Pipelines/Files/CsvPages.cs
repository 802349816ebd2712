using System.Runtime.CompilerServices;
using System.Text.Unicode;
using CsvHelper;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>Reads RFC 4180 text in UTF-8 (with or without a byte order mark); every row has as many cells as the header.</summary>
internal static class CsvPages
{
    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false,
        // An unclosed quote must not swallow the rest of a large file into memory.
        MaxRecordSize = 4 << 20,
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
    };

    public static async IAsyncEnumerable<ExtractPage> ReadAsync(
        Stream stream,
        int pageRows,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var reader = CsvReader.Create(stream, Options, leaveOpen: true);
        var header = await HeaderAsync(reader, cancellationToken);
        var (first, position) = (1L, 0L);
        while (true)
        {
            var rows = new List<string?[]>(pageRows);
            while (rows.Count < pageRows && await NextAsync(reader, cancellationToken))
            {
                rows.Add(Row(reader));
            }
            yield return new ExtractPage
            {
                Columns = header,
                Rows = rows,
                FirstRow = first,
                BytesRead = stream.Position - position,
            };
            if (rows.Count < pageRows)
            {
                yield break;
            }
            (first, position) = (first + rows.Count, stream.Position);
        }
    }

    private static async Task<string[]> HeaderAsync(CsvReader reader, CancellationToken cancellationToken)
    {
        try
        {
            await reader.ReadHeaderAsync(cancellationToken);
        }
        catch (CsvFormatException)
        {
            throw Drift("The header is not CSV.");
        }
        string[] header = [.. reader.Headers];
        return header is [] or [""] ? throw Drift("The file is empty: it has no header.") : header;
    }

    private static async Task<bool> NextAsync(CsvReader reader, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        // The library's own message may quote the row.
        catch (CsvFormatException exception)
        {
            throw Drift(
                $"Line {exception.LineNumber} is not CSV with the header's number of cells: a cell or a quote is missing or out of place."
            );
        }
    }

    private static string?[] Row(CsvReader reader)
    {
        if (!Utf8.IsValid(reader.RawRecord))
        {
            throw Drift($"Line {reader.LineNumber} is not UTF-8.");
        }
        var row = new string?[reader.FieldCount];
        for (var place = 0; place < row.Length; place++)
        {
            row[place] = reader.GetString(place);
        }
        return row;
    }

    private static PipelineException Drift(string message) => new(ErrorType.SchemaDrift, message);
}
