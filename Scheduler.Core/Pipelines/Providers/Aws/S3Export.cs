using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using NodaTime;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using ErrorType = Scheduler.Core.Retry.ErrorType;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>A data export in S3: which files belong together its manifest says.</summary>
/// <remarks><see href="https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html"/></remarks>
internal sealed partial class S3Export : IExportStore
{
    private const string Service = "s3";

    private static readonly RatePolicy Rate = new(50, Duration.FromMilliseconds(50));

    private readonly ProviderSession session;
    private readonly string bucket;
    private readonly string exportName;
    private readonly string folder;

    private S3Export(ProviderSession session, string bucket, string folder, string exportName)
    {
        this.session = session;
        this.bucket = bucket;
        this.folder = folder;
        this.exportName = exportName;
    }

    public static IReadOnlyList<AdapterOption> Options { get; } =
    [
        ExportPlace.Option("bucket", 63),
        ExportPlace.Option("prefix", 512, required: false),
        ExportPlace.Option("export_name", 128),
        ExportPlace.Option("region", 32),
    ];

    /// <param name="login">Asked for keys once the place is known to be one.</param>
    /// <exception cref="PipelineException">An option has another form, or there are no keys.</exception>
    public static async Task<S3Export> OpenAsync(
        ProviderHttp http,
        ExtractRequest request,
        Func<Task<AWSCredentials>> login
    )
    {
        var options = request.Options;
        var bucket = ExportPlace.Checked(options, "bucket", BucketName(), "the name of a bucket");
        var name = ExportPlace.Checked(options, "export_name", ExportNames(), "letters, digits, '-' and '_'");
        var region = ExportPlace.Checked(options, "region", RegionName(), "a region such as eu-central-1");
        var prefix = ExportPlace.Folders(options, "prefix");
        var credentials = await login();
        var profile = new ProviderProfile
        {
            Name = "AWS S3",
            // The host is one of AWS's own in any case: of a region only its letters are the customer's.
            Endpoint = http.Options.AwsS3 ?? ProviderEndpoint.Public($"https://s3.{region}.amazonaws.com/"),
            Rate = Rate,
            Classify = answer =>
                (int)answer.Status == 404
                    ? new ProviderFault(ErrorType.ResourceNotFound) { IsEmpty = true }
                    : new ProviderFault(ErrorClassifier.FromStatus(answer.Status), Wait: answer.RetryAfter),
            MediaTypes = ["application/json", "binary/octet-stream", "application/octet-stream"],
            Wrap = inner => new SigV4SigningHandler(
                credentials,
                RegionEndpoint.GetBySystemName(region),
                Service,
                inner
            ),
        };
        return new S3Export(http.Open(profile, request), bucket, prefix.Length == 0 ? name : $"{prefix}/{name}", name);
    }

    public string MarkOf(LocalDate month) => $"s3://{bucket}/{folder}/{MonthlyExport.MonthFormat.Format(month)}";

    public async Task<ExportMonth?> FindAsync(LocalDate month, CancellationToken cancellationToken)
    {
        session.Pages.Count();
        var key =
            $"{folder}/metadata/BILLING_PERIOD={MonthlyExport.MonthFormat.Format(month)}/{exportName}-Manifest.json";
        var manifest = await session.SendAsync(_ => ValueTask.FromResult(Get(key)), cancellationToken);
        if (manifest.IsEmpty)
        {
            return null;
        }
        var files = manifest.Json.Items(session.Provider, "dataFiles").Select(file => KeyOf(file.Cell())).ToList();
        return new ExportMonth(VersionOf(manifest), files);
    }

    public Task<ProviderAnswer> DownloadAsync(string name, string file, CancellationToken cancellationToken)
    {
        session.Pages.Count();
        return session.DownloadAsync(_ => ValueTask.FromResult(Get(name)), file, cancellationToken);
    }

    public void Dispose() => session.Dispose();

    /// <summary>A delivery writes the manifest anew, after all of its files.</summary>
    private static string VersionOf(ProviderAnswer manifest)
    {
        var text = Encoding.UTF8.GetBytes(manifest.Json.GetRawText());
        return $"{manifest.LastModified?.ToUnixTimeSeconds()}-{Convert.ToHexStringLower(SHA256.HashData(text))[..16]}";
    }

    /// <summary>The manifest is the bucket's text: files elsewhere are not asked for.</summary>
    private string KeyOf(string? file)
    {
        var start = $"s3://{bucket}/";
        var key = file?.StartsWith(start, StringComparison.Ordinal) == true ? file[start.Length..] : file;
        return key is not null && ExportPlace.Holds($"{folder}/data", key)
            ? key
            : throw JsonFields.Drift(session.Provider, "dataFiles", "a list of files in the export's own data folder");
    }

    private HttpRequestMessage Get(string key) =>
        new(HttpMethod.Get, session.Endpoint.At(ExportPlace.Escaped($"{bucket}/{key}")));

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*\z")]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex ExportNames();

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z")]
    private static partial Regex RegionName();
}
