using System.IO.Compression;
using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Exports;

/// <summary>Reads a downloaded file of an export: Parquet, CSV, or CSV packed with gzip.</summary>
internal static class ExportFile
{
    private const int PageRows = 1000;

    // A cost export packs to a tenth or a thirtieth; deflate reaches a thousandth with nothing but zeros.
    private const long MostRatio = 250;
    private const long RatioFrom = 64L << 20;

    /// <param name="file">The file; what it is unpacked to lies beside it.</param>
    /// <param name="name">The name in the store, whose end tells Parquet from CSV.</param>
    /// <param name="mostBytes">The most that it may have when it is unpacked.</param>
    /// <exception cref="PipelineException">It is none of these, or too large.</exception>
    public static async IAsyncEnumerable<ExtractPage> ReadAsync(
        string file,
        string name,
        long mostBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
        {
            await foreach (var page in ParquetPages.ReadAsync(file, PageRows, cancellationToken))
            {
                yield return page;
            }
            yield break;
        }
        await using var text = IsGzip(file)
            ? await UnzipAsync(file, mostBytes, cancellationToken)
            : File.OpenRead(file);
        await foreach (var page in CsvPages.ReadAsync(text, PageRows, cancellationToken))
        {
            yield return page;
        }
    }

    /// <summary>By its first bytes (RFC 1952, 2.3.1): stores also pack files whose names do not say so.</summary>
    private static bool IsGzip(string file)
    {
        using var stream = File.OpenRead(file);
        return stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
    }

    private static async Task<FileStream> UnzipAsync(string file, long mostBytes, CancellationToken cancellationToken)
    {
        var target = new FileStream($"{file}.csv", FileMode.Create, FileAccess.ReadWrite);
        try
        {
            await using var packed = File.OpenRead(file);
            await using var source = new GZipStream(packed, CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (target.Position + count > mostBytes)
                {
                    throw Large($"has more than {mostBytes} bytes when it is unpacked");
                }
                if (target.Position > RatioFrom && target.Position > MostRatio * packed.Length)
                {
                    throw Large($"is unpacked to more than {MostRatio} times its size");
                }
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
            target.Position = 0;
            return target;
        }
        catch (Exception exception)
        {
            await target.DisposeAsync();
            if (exception is InvalidDataException)
            {
                throw new PipelineException(ErrorType.SchemaDrift, "A file of the export is not gzip.");
            }
            throw;
        }
    }

    private static PipelineException Large(string what) =>
        new(ErrorType.InvalidConfiguration, $"A file of the export {what}.");
}
