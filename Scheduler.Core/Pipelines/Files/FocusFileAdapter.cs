using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>Reads a table of costs from a file in the customer's folder or at a URL: CSV or Parquet, streamed.</summary>
public sealed class FocusFileAdapter(TenantFiles files, RemoteFiles remoteFiles) : IExtractAdapter
{
    private const int PageRows = 1000;

    public string Name => "focus.file";

    public string Credential => "API_KEY optional";

    public bool UsesCredential(ResolvedValues options) => options.Url("url") is not null;

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        new(new TemplateParameter { Name = "path", Kind = ParameterKind.Path }),
        new(new TemplateParameter { Name = "url", Kind = ParameterKind.Url }),
        new(
            new TemplateParameter
            {
                Name = "format",
                Kind = ParameterKind.Enum,
                Values = ["auto", "csv", "parquet"],
                Default = "auto",
            }
        ),
        new(
            new TemplateParameter
            {
                Name = "max_rows",
                Kind = ParameterKind.Int,
                Min = 1,
                Default = 5_000_000L,
            }
        ),
        new(
            new TemplateParameter
            {
                Name = "null_word",
                Kind = ParameterKind.String,
                MaxLength = 32,
            }
        ),
    ];

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var url = request.Options.Url("url");
        var name = url?.Address.AbsolutePath ?? request.Options.Text("path") ?? "";
        await using var stream = Require(
            url is null
                ? files.Open(request.CustomerId, name)
                : await remoteFiles.DownloadAsync(
                    url,
                    request.Credential,
                    request.WorkFolder,
                    request.CallTimeout,
                    cancellationToken
                )
        );
        var before = (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        var source = IsParquet(name, request.Options.Text("format"))
            ? ParquetPages.ReadAsync(
                url is null ? await CopyAsync(stream, request.WorkFolder, cancellationToken) : stream.Name,
                PageRows,
                cancellationToken
            )
            : CsvPages.ReadAsync(stream, PageRows, cancellationToken);
        var limit = request.Options.Integer("max_rows") ?? long.MaxValue;
        var nullWord = request.Options.Text("null_word");
        var rows = 0L;
        await foreach (var page in source)
        {
            rows += page.Rows.Count;
            if (rows > limit)
            {
                throw new PipelineException(ErrorType.InvalidConfiguration, $"The file has more than {limit} rows.");
            }
            Blank(page, nullWord);
            yield return page;
        }
        if (before != (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle)))
        {
            throw new PipelineException(ErrorType.ServiceUnavailable, "The file changed while it was read.");
        }
    }

    private static FileStream Require(FileOpening opening) =>
        opening switch
        {
            FileOpening.Opened opened => opened.Stream,
            FileOpening.Refused refused => throw new PipelineException(
                refused.ErrorType,
                refused.Message,
                refused.RetryAfter
            ),
            _ => throw new InvalidOperationException("Not an outcome."),
        };

    /// <summary>DuckDB opens files by name; only a copy is sure to be the file that was opened and checked.</summary>
    private static async Task<string> CopyAsync(Stream stream, string workFolder, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(workFolder, "source.parquet");
        await using var target = File.Create(copy);
        await stream.CopyToAsync(target, cancellationToken);
        return copy;
    }

    private static bool IsParquet(string path, string? format) =>
        format == "parquet" || (format != "csv" && path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase));

    /// <summary>Empty cells, and cells that hold the word for null, become null.</summary>
    private static void Blank(ExtractPage page, string? nullWord)
    {
        foreach (var row in page.Rows)
        {
            for (var place = 0; place < row.Length; place++)
            {
                if (row[place] is "" || (nullWord is not null && row[place] == nullWord))
                {
                    row[place] = null;
                }
            }
        }
    }
}
