using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>
/// An export of Cost Management in a container of Blob Storage. Every run of the export leaves a manifest that names its files, in a folder
/// of the month's; the last one counts.
/// </summary>
/// <remarks>
/// <see href="https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports"/> and
/// <see href="https://learn.microsoft.com/rest/api/storageservices/list-blobs"/>
/// </remarks>
internal sealed partial class BlobExport : IExportStore
{
    private const string ApiVersion = "2023-11-03";
    private const string Manifest = "/manifest.json";
    private const long MostLettersOfListing = 32L << 20;

    private static readonly RatePolicy Rate = new(50, Duration.FromMilliseconds(50));
    private static readonly LocalDatePattern DayFormat = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");

    private readonly AzureLogin login;
    private readonly ProviderSession session;
    private readonly TimeProvider timeProvider;
    private readonly string container;
    private readonly string folder;
    private readonly string listing;

    private BlobExport(
        AzureLogin login,
        ProviderSession session,
        TimeProvider timeProvider,
        string container,
        string folder,
        string listing
    )
    {
        this.login = login;
        this.session = session;
        this.timeProvider = timeProvider;
        this.container = container;
        this.folder = folder;
        this.listing = listing;
    }

    public static IReadOnlyList<AdapterOption> Options { get; } =
    [
        ExportPlace.Option("storage_account", 24),
        ExportPlace.Option("container", 63),
        ExportPlace.Option("directory", 512, required: false),
        ExportPlace.Option("export_name", 64),
    ];

    /// <exception cref="PipelineException">An option or the credential has another form.</exception>
    public static BlobExport Open(ProviderHttp http, ExtractRequest request, TimeProvider timeProvider)
    {
        var options = request.Options;
        var account = ExportPlace.Checked(
            options,
            "storage_account",
            AccountName(),
            "3 to 24 lower-case letters and digits"
        );
        var container = ExportPlace.Checked(options, "container", ContainerName(), "the name of a container");
        var name = ExportPlace.Checked(options, "export_name", ExportNames(), "letters, digits, '-' and '_'");
        var directory = ExportPlace.Folders(options, "directory");
        var secret = AzureSecret.Parse(request.Credential);
        var profile = new ProviderProfile
        {
            Name = "Azure Blob Storage",
            // The host is one of Azure's own in any case: of an account only its letters are the customer's.
            Endpoint = http.Options.AzureBlob ?? ProviderEndpoint.Public($"https://{account}.blob.core.windows.net/"),
            Rate = Rate,
            Account = account,
            Classify = Classify,
        };
        return new BlobExport(
            new AzureLogin(http, secret, AzureLogin.Storage),
            http.Open(profile, request),
            timeProvider,
            container,
            directory.Length == 0 ? name : $"{directory}/{name}",
            Path.Combine(request.WorkFolder, "listing.xml")
        );
    }

    public string MarkOf(LocalDate month) =>
        $"{session.Endpoint.Address.Host}/{container}/{folder}/{MonthlyExport.MonthFormat.Format(month)}";

    public async Task<ExportMonth?> FindAsync(LocalDate month, CancellationToken cancellationToken)
    {
        var last = month.With(DateAdjusters.EndOfMonth);
        var ofMonth = $"{folder}/{DayFormat.Format(month)}-{DayFormat.Format(last)}";
        var newest = (await ListAsync($"{ofMonth}/", cancellationToken))
            .Where(blob => blob.Name.EndsWith(Manifest, StringComparison.Ordinal))
            .OrderBy(blob => blob.LastModified)
            .ThenBy(blob => blob.Name, StringComparer.Ordinal)
            .LastOrDefault();
        if (newest is null)
        {
            return null;
        }
        session.Pages.Count();
        var manifest = await session.SendAsync(
            token => GetAsync(ExportPlace.Escaped($"{container}/{newest.Name}"), token),
            cancellationToken
        );
        if (manifest.IsEmpty)
        {
            return null;
        }
        var files = manifest
            .Json.Items(session.Provider, "blobs")
            .Select(blob => blob.Scalar(session.Provider, "blobName"))
            .Select(name =>
                ExportPlace.Holds(ofMonth, name)
                    ? name
                    : throw JsonFields.Drift(
                        session.Provider,
                        "blobs.blobName",
                        "a file in the export's own folder of the month"
                    )
            )
            .ToList();
        return new ExportMonth($"{newest.ETag}-{newest.LastModified.ToUnixTimeSeconds()}", files);
    }

    public Task<ProviderAnswer> DownloadAsync(string name, string file, CancellationToken cancellationToken)
    {
        session.Pages.Count();
        return session.DownloadAsync(
            token => GetAsync(ExportPlace.Escaped($"{container}/{name}"), token),
            file,
            cancellationToken
        );
    }

    public void Dispose()
    {
        session.Dispose();
        login.Dispose();
    }

    private async Task<List<Blob>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        session.Pages.Begin();
        var blobs = new List<Blob>();
        string? marker = null;
        do
        {
            session.Pages.Count();
            var next = marker is null ? "" : $"&marker={Uri.EscapeDataString(marker)}";
            var address = $"{container}?restype=container&comp=list&prefix={Uri.EscapeDataString(prefix)}{next}";
            var answer = await session.DownloadAsync(token => GetAsync(address, token), listing, cancellationToken);
            if (answer.IsEmpty)
            {
                break;
            }
            var page = Parse();
            blobs.AddRange(page.Descendants("Blob").Select(Read));
            marker = session.Pages.Next(page.Element("NextMarker")?.Value is { Length: > 0 } text ? text : null);
        } while (marker is not null);
        return blobs;
    }

    private XElement Parse()
    {
        try
        {
            using var reader = XmlReader.Create(
                listing,
                new XmlReaderSettings
                {
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    MaxCharactersInDocument = MostLettersOfListing,
                }
            );
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            throw new PipelineException(ErrorType.SchemaDrift, $"{session.Provider} answered 200 with what is no XML.");
        }
    }

    private Blob Read(XElement blob)
    {
        var properties = blob.Element("Properties");
        return
            blob.Element("Name")?.Value is { Length: > 0 } name
            && DateTimeOffset.TryParseExact(
                properties?.Element("Last-Modified")?.Value,
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var modified
            )
            ? new Blob(name, modified, properties?.Element("Etag")?.Value.Trim('"') ?? "")
            : throw JsonFields.Drift(session.Provider, "Blob", "an entry with Name and Last-Modified");
    }

    private async ValueTask<HttpRequestMessage> GetAsync(string relative, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, session.Endpoint.At(relative));
        message.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await login.TokenAsync(cancellationToken)
        );
        message.Headers.Add("x-ms-version", ApiVersion);
        message.Headers.Add("x-ms-date", timeProvider.GetUtcNow().ToString("r", CultureInfo.InvariantCulture));
        return message;
    }

    /// <summary>By status; the code is the header's, as bodies are XML.</summary>
    private static ProviderFault Classify(ProviderAnswer answer) =>
        new(ErrorClassifier.FromStatus(answer.Status), answer.Header("x-ms-error-code"), answer.RetryAfter)
        {
            IsEmpty = (int)answer.Status == 404,
        };

    private sealed record Blob(string Name, DateTimeOffset LastModified, string ETag);

    [GeneratedRegex(@"\A[a-z0-9]{3,24}\z")]
    private static partial Regex AccountName();

    [GeneratedRegex(@"\A[a-z0-9](-?[a-z0-9]){2,62}\z")]
    private static partial Regex ContainerName();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex ExportNames();
}
