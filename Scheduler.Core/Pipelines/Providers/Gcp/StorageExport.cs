using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>
/// Files of a FOCUS export in Cloud Storage, one folder a month. Google delivers the export as a table; the files are what a scheduled
/// <c>EXPORT DATA</c> of it leaves. There is no manifest: the month's files and their generations are its version.
/// </summary>
/// <remarks><see href="https://cloud.google.com/storage/docs/json_api/v1/objects/list"/></remarks>
internal sealed partial class StorageExport : IExportStore
{
    private const string Fields = "items(name,generation,size),nextPageToken";

    private static readonly RatePolicy Rate = new(50, Duration.FromMilliseconds(50));

    private readonly GcpLogin login;
    private readonly ProviderSession session;
    private readonly string bucket;
    private readonly string prefix;

    private StorageExport(GcpLogin login, ProviderSession session, string bucket, string prefix)
    {
        this.login = login;
        this.session = session;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    public static IReadOnlyList<AdapterOption> Options { get; } =
    [ExportPlace.Option("bucket", 222), ExportPlace.Option("prefix", 512)];

    /// <exception cref="PipelineException">An option or the credential has another form.</exception>
    public static StorageExport Open(ProviderHttp http, ExtractRequest request)
    {
        var bucket = ExportPlace.Checked(request.Options, "bucket", BucketName(), "the name of a bucket");
        var prefix = ExportPlace.Folders(request.Options, "prefix");
        var profile = new ProviderProfile
        {
            Name = "Google Cloud Storage",
            Endpoint = http.Options.GcpStorage,
            Rate = Rate,
            Classify = answer => GcpErrors.Classify(answer) with { IsEmpty = (int)answer.Status == 404 },
        };
        return new StorageExport(
            new GcpLogin(http, request.Credential, GcpLogin.ReadStorage),
            http.Open(profile, request),
            bucket,
            prefix
        );
    }

    public string MarkOf(LocalDate month) => $"gs://{bucket}/{FolderOf(month)}";

    public async Task<ExportMonth?> FindAsync(LocalDate month, CancellationToken cancellationToken)
    {
        session.Pages.Begin();
        var (folder, version, files) = (FolderOf(month), new StringBuilder(), new List<string>());
        string? page = null;
        do
        {
            session.Pages.Count();
            var token = page is null ? "" : $"&pageToken={Uri.EscapeDataString(page)}";
            var address =
                $"storage/v1/b/{bucket}/o?prefix={Uri.EscapeDataString($"{folder}/")}&maxResults=1000&fields={Uri.EscapeDataString(Fields)}{token}";
            var answer = await session.SendAsync(cancel => GetAsync(address, cancel), cancellationToken);
            if (answer.IsEmpty)
            {
                return null;
            }
            // A folder without files has no such field.
            var items =
                answer.Json.Field("items").ValueKind == System.Text.Json.JsonValueKind.Undefined
                    ? []
                    : answer.Json.Items(session.Provider, "items");
            foreach (var item in items)
            {
                var name = item.Scalar(session.Provider, "name");
                if (!ExportPlace.Holds(folder, name))
                {
                    throw JsonFields.Drift(session.Provider, "items.name", "a file in the folder that was asked for");
                }
                version.Append(name).Append('#').Append(item.Scalar(session.Provider, "generation")).Append('\n');
                // Consoles make empty objects that stand for folders.
                if (!name.EndsWith('/') && item.Scalar(session.Provider, "size") != "0")
                {
                    files.Add(name);
                }
            }
            page = session.Pages.Next(answer.Json.TextOrNull("nextPageToken"));
        } while (page is not null);
        return files.Count == 0
            ? null
            : new ExportMonth(
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version.ToString())))[..32],
                files
            );
    }

    public Task<ProviderAnswer> DownloadAsync(string name, string file, CancellationToken cancellationToken)
    {
        session.Pages.Count();
        var address = $"storage/v1/b/{bucket}/o/{Uri.EscapeDataString(name)}?alt=media";
        return session.DownloadAsync(cancel => GetAsync(address, cancel), file, cancellationToken);
    }

    public void Dispose()
    {
        session.Dispose();
        login.Dispose();
    }

    private string FolderOf(LocalDate month) =>
        $"{prefix}/BILLING_PERIOD={MonthlyExport.MonthFormat.Format(month)}".TrimStart('/');

    private async ValueTask<HttpRequestMessage> GetAsync(string relative, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, session.Endpoint.At(relative));
        message.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await login.TokenAsync(cancellationToken)
        );
        return message;
    }

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9_.-]*[a-z0-9])?\z")]
    private static partial Regex BucketName();
}
