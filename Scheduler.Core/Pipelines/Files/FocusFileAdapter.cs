using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>Reads a table of costs from a file in the customer's folder: CSV or Parquet, streamed.</summary>
public sealed class FocusFileAdapter(TenantFiles files) : IExtractAdapter
{
    private const int PageRows = 1000;

    public string Name => "focus.file";

    public string Credential => "none";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        new(
            new TemplateParameter
            {
                Name = "path",
                Kind = ParameterKind.Path,
                Required = true,
            }
        ),
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
        var path = request.Options.Text("path")!;
        await using var stream = Open(request.CustomerId, path);
        var before = (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        var source = IsParquet(path, request.Options.Text("format"))
            ? ParquetPages.ReadAsync(stream, request.WorkFolder, PageRows, cancellationToken)
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

    private FileStream Open(string customerId, string path) =>
        files.Open(customerId, path) switch
        {
            FileOpening.Opened opened => opened.Stream,
            FileOpening.Refused refused => throw new PipelineException(refused.ErrorType, refused.Message),
            _ => throw new InvalidOperationException("Not an outcome."),
        };

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
