using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Amazon;
using Amazon.Runtime.Signing;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Pipelines.Normalise;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;
using ErrorType = Scheduler.Core.Retry.ErrorType;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>
/// An AWS Data Export in the customer's bucket, month by month: which files belong together its manifest says. What a month's
/// files charge for an earlier day belongs to the month's first: a month is replaced as a whole.
/// </summary>
/// <remarks><see href="https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html"/></remarks>
public sealed partial class DataExportAdapter(ProviderHttp http, IAwsIdentity identity, TimeProvider timeProvider)
    : IExtractAdapter
{
    private const int PageRows = 1000;
    private const string UsageDay = "usage_day";
    private const string Service = "s3";

    private static readonly RatePolicy Rate = new(50, Duration.FromMilliseconds(50));
    private static readonly LocalDatePattern Month = LocalDatePattern.CreateWithInvariantCulture("uuuu-MM");

    public string Name => "aws.data_export";

    public string Credential => "ACCESS_KEY";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        Text("bucket", 63, required: true),
        Text("prefix", 512, required: false),
        Text("export_name", 128, required: true),
        Text("region", 32, required: true),
        Text("day_column", 128, required: true),
    ];

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var place = Place.Of(request.Options);
        var credentials = await new AwsLogin(http, identity, timeProvider).OpenAsync(request, cancellationToken);
        var region = RegionEndpoint.GetBySystemName(place.Region);
        using var session = http.Open(
            Profile(place, inner => new SigV4SigningHandler(credentials, region, Service, inner)),
            request
        );
        var months = 0;
        foreach (var month in DayChunks.OfMonths(request.Days).Select(days => days.From))
        {
            var manifest = await ManifestAsync(session, place, month, cancellationToken);
            if (manifest.IsEmpty)
            {
                continue;
            }
            months++;
            foreach (var file in manifest.Json.Items(session.Provider, "dataFiles"))
            {
                var key = place.KeyOf(session.Provider, file.Cell());
                var source = ReadAsync(session, place, key, request.WorkFolder, cancellationToken);
                await foreach (var page in InMonth(source, request.Options.Text("day_column")!, month))
                {
                    yield return page;
                }
            }
            var after = await ManifestAsync(session, place, month, cancellationToken);
            if (after.IsEmpty || after.Json.GetRawText() != manifest.Json.GetRawText())
            {
                throw new PipelineException(ErrorType.ServiceUnavailable, "The export was replaced while it was read.");
            }
        }
        if (months == 0)
        {
            throw new PipelineException(
                ErrorType.ResourceNotFound,
                "The bucket has no manifest of this export for any month of the window."
            );
        }
    }

    private ProviderProfile Profile(Place place, Func<HttpMessageHandler, HttpMessageHandler> wrap) =>
        new()
        {
            Name = "AWS S3",
            // The host is one of AWS's own in any case: of a region only its letters are the customer's.
            Endpoint = http.Options.AwsS3 ?? ProviderEndpoint.Public($"https://s3.{place.Region}.amazonaws.com/"),
            Rate = Rate,
            Classify = answer =>
                (int)answer.Status == 404
                    ? new ProviderFault(ErrorType.ResourceNotFound) { IsEmpty = true }
                    : new ProviderFault(ErrorClassifier.FromStatus(answer.Status), Wait: answer.RetryAfter),
            MediaTypes = ["application/json", "binary/octet-stream", "application/octet-stream"],
            Wrap = wrap,
        };

    private static Task<ProviderAnswer> ManifestAsync(
        ProviderSession session,
        Place place,
        LocalDate month,
        CancellationToken cancellationToken
    )
    {
        session.Pages.Count();
        var key = place.ManifestOf(Month.Format(month));
        return session.SendAsync(_ => ValueTask.FromResult(Get(session, place, key)), cancellationToken);
    }

    private async IAsyncEnumerable<ExtractPage> ReadAsync(
        ProviderSession session,
        Place place,
        string key,
        string folder,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        session.Pages.Count();
        var file = Path.Combine(folder, "export");
        var answer = await session.DownloadAsync(
            _ => ValueTask.FromResult(Get(session, place, key)),
            file,
            cancellationToken
        );
        if (answer.IsEmpty)
        {
            throw new PipelineException(ErrorType.ServiceUnavailable, "A file of the export was replaced meanwhile.");
        }
        if (key.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
        {
            await foreach (var page in ParquetPages.ReadAsync(file, PageRows, cancellationToken))
            {
                yield return page;
            }
            yield break;
        }
        await using var text = key.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? await UnzipAsync(file, cancellationToken)
            : File.OpenRead(file);
        await foreach (var page in CsvPages.ReadAsync(text, PageRows, cancellationToken))
        {
            yield return page;
        }
    }

    private async Task<FileStream> UnzipAsync(string file, CancellationToken cancellationToken)
    {
        var most = http.Options.MaxRunBytes;
        var target = new FileStream($"{file}.csv", FileMode.Create, FileAccess.ReadWrite);
        try
        {
            await using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (target.Position + count > most)
                {
                    throw new PipelineException(
                        ErrorType.InvalidConfiguration,
                        $"A file of the export has more than {most} bytes when it is unpacked."
                    );
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

    /// <summary>Adds the day that a row counts for: its own, or the month's first for what lies outside the month.</summary>
    private static async IAsyncEnumerable<ExtractPage> InMonth(
        IAsyncEnumerable<ExtractPage> pages,
        string dayColumn,
        LocalDate month
    )
    {
        IReadOnlyList<string>? known = null;
        IReadOnlyList<string> columns = [];
        var place = -1;
        await foreach (var page in pages)
        {
            if (!ReferenceEquals(known, page.Columns))
            {
                known = page.Columns;
                columns = [.. known, UsageDay];
                place = known.ToList().IndexOf(dayColumn);
                if (place < 0)
                {
                    throw new PipelineException(ErrorType.SchemaDrift, $"The export lacks the column {dayColumn}.");
                }
            }
            yield return page with
            {
                Columns = columns,
                Rows = [.. page.Rows.Select(row => (string?[])[.. row.Select(ValueOf), DayOf(row[place], month)])],
            };
        }
    }

    /// <summary>An empty cell of CSV is no value.</summary>
    private static string? ValueOf(string? cell) => cell is "" ? null : cell;

    private static string? DayOf(string? text, LocalDate month)
    {
        if (text is null || Conversions.Date(text) is not { } day)
        {
            return text;
        }
        var isInMonth = (day.Year, day.Month) == (month.Year, month.Month);
        return LocalDatePattern.Iso.Format(isInMonth ? day : month.With(DateAdjusters.StartOfMonth));
    }

    private static HttpRequestMessage Get(ProviderSession session, Place place, string key)
    {
        var path = string.Join('/', $"{place.Bucket}/{key}".Split('/').Select(Uri.EscapeDataString));
        return new HttpRequestMessage(HttpMethod.Get, session.Endpoint.At(path));
    }

    private static AdapterOption Text(string name, int most, bool required) =>
        new(
            new TemplateParameter
            {
                Name = name,
                Kind = ParameterKind.String,
                MaxLength = most,
                Required = required,
            }
        );

    /// <summary>Where an export lies.</summary>
    private sealed record Place(string Bucket, string Folder, string ExportName, string Region)
    {
        public static Place Of(ResolvedValues options)
        {
            var bucket = Checked(options, "bucket", BucketName(), "the name of a bucket");
            var name = Checked(options, "export_name", ExportNames(), "letters, digits, '-' and '_'");
            var region = Checked(options, "region", RegionName(), "a region such as eu-central-1");
            var prefix = options.Text("prefix") is null
                ? ""
                : Checked(options, "prefix", Prefix(), "folders with '/' between them, without '.' or '..' as a part")
                    .Trim('/');
            return new Place(bucket, prefix.Length == 0 ? name : $"{prefix}/{name}", name, region);
        }

        public string ManifestOf(string month) =>
            $"{Folder}/metadata/BILLING_PERIOD={month}/{ExportName}-Manifest.json";

        /// <summary>The manifest is the bucket's text: files elsewhere are not asked for.</summary>
        public string KeyOf(string provider, string? file)
        {
            var start = $"s3://{Bucket}/";
            var key = file?.StartsWith(start, StringComparison.Ordinal) == true ? file[start.Length..] : file;
            return
                key?.StartsWith($"{Folder}/data/", StringComparison.Ordinal) == true && !key.Split('/').Contains("..")
                ? key
                : throw JsonFields.Drift(provider, "dataFiles", "a list of files in the export's own data folder");
        }

        private static string Checked(ResolvedValues options, string name, Regex form, string wanted) =>
            options.Text(name) is { } text && form.IsMatch(text)
                ? text
                : throw new PipelineException(ErrorType.InvalidConfiguration, $"Option {name} must be {wanted}.");
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*\z")]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex ExportNames();

    [GeneratedRegex(@"\A/?[A-Za-z0-9_!*'()-][A-Za-z0-9_!*'(). -]*(/[A-Za-z0-9_!*'()-][A-Za-z0-9_!*'(). -]*)*/?\z")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z")]
    private static partial Regex RegionName();
}
