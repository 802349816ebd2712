using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NodaTime;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>The active findings of Security Command Center under an organization, folder or project, one row each.</summary>
/// <remarks><see href="https://cloud.google.com/security-command-center/docs/reference/rest/v2/projects.sources.findings/list"/></remarks>
public sealed partial class SecurityFindingsAdapter(ProviderHttp http, TimeProvider timeProvider) : IExtractAdapter
{
    private const string Filter = "state=\"ACTIVE\"";
    private const int PageRows = 1000;

    // Long texts and lists that say how to mend a finding, not what was found.
    private static readonly string[] LeftOut =
    [
        "sourceProperties",
        "description",
        "nextSteps",
        "externalUri",
        "contacts",
    ];

    private static readonly RatePolicy Rate = new(10, Duration.FromMilliseconds(200));

    public string Name => "gcp.security_findings";

    public string Credential => "SERVICE_ACCOUNT";

    public IReadOnlyList<AdapterOption> Options { get; } = [ExportPlace.Option("parent", 128)];

    public Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<SourceChanges?>(Snapshot.Today(timeProvider));

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var parent = ExportPlace.Checked(
            request.Options,
            "parent",
            Parent(),
            "organizations/{number}, folders/{number} or projects/{id}"
        );
        using var login = new GcpLogin(http, request.Credential, GcpLogin.CloudPlatform);
        using var session = http.Open(
            new ProviderProfile
            {
                Name = "Security Command Center",
                Endpoint = http.Options.GcpSecurityCenter,
                Rate = Rate,
                Classify = GcpErrors.Classify,
            },
            request
        );
        var (day, row, table) = (Snapshot.DayOf(request), 1L, new RowTable());
        string? token = null;
        do
        {
            session.Pages.Count();
            var next = token is null ? "" : $"&pageToken={Uri.EscapeDataString(token)}";
            var address = session.Endpoint.At(
                $"v2/{parent}/sources/-/findings?filter={Uri.EscapeDataString(Filter)}&pageSize={PageRows}{next}"
            );
            var answer = await session.SendAsync(
                async cancel => new HttpRequestMessage(HttpMethod.Get, address)
                {
                    Headers =
                    {
                        Authorization = new AuthenticationHeaderValue("Bearer", await login.TokenAsync(cancel)),
                    },
                },
                cancellationToken
            );
            // An answer without findings has no such field.
            var results =
                answer.Json.Field("listFindingsResults").ValueKind == System.Text.Json.JsonValueKind.Undefined
                    ? []
                    : answer.Json.Items(session.Provider, "listFindingsResults");
            foreach (var result in results)
            {
                table
                    .Row()
                    .Set(Snapshot.ObservedDay, day)
                    .SetAll(result.Object(session.Provider, "finding"), LeftOut)
                    .Set("resourceType", result.Field("resource").TextOrNull("type"))
                    .Set("resourceProject", result.Field("resource").Field("gcpMetadata").TextOrNull("project"))
                    .Set("resourceLocation", result.Field("resource").TextOrNull("location"));
            }
            var count = table.Count;
            yield return table.Page(row, answer.Length);
            row += count;
            token = session.Pages.Next(answer.Json.TextOrNull("nextPageToken"));
        } while (token is not null);
    }

    [GeneratedRegex(@"\A(organizations/[0-9]{1,20}|folders/[0-9]{1,20}|projects/[a-z0-9][a-z0-9.:-]{1,62})\z")]
    private static partial Regex Parent();
}
