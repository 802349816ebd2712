using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using NodaTime;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>The latest states of Azure Policy under a scope that are not compliant, one row per resource and policy.</summary>
/// <remarks><see href="https://learn.microsoft.com/rest/api/policyinsights/policy-states/list-query-results-for-subscription"/></remarks>
public sealed class PolicyStatesAdapter(ProviderHttp http, TimeProvider timeProvider) : IExtractAdapter
{
    private const string ApiVersion = "2019-10-01";
    private const string Filter = "complianceState eq 'NonCompliant'";

    private static readonly RatePolicy Rate = new(4, Duration.FromSeconds(2));

    public string Name => "azure.policy_states";

    public string Credential => "SERVICE_ACCOUNT";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        new(
            new TemplateParameter
            {
                Name = "scope",
                Kind = ParameterKind.AzureScope,
                Required = true,
            }
        ),
    ];

    public Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<SourceChanges?>(Snapshot.Today(timeProvider));

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var secret = AzureSecret.Parse(request.Credential);
        using var login = new AzureLogin(http, secret, AzureLogin.Management);
        using var session = http.Open(
            new ProviderProfile
            {
                Name = "Azure Policy",
                Endpoint = http.Options.AzureManagement,
                Rate = Rate,
                Account = secret.TenantId,
                Classify = AzureErrors.Classify,
            },
            request
        );
        var (day, row, table) = (Snapshot.DayOf(request), 1L, new RowTable());
        var next = session.Endpoint.At(
            $"{request.Options.Text("scope")}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
                + $"?api-version={ApiVersion}&$filter={Uri.EscapeDataString(Filter)}"
        );
        while (next is not null)
        {
            session.Pages.Count();
            var address = next;
            var answer = await session.SendAsync(
                async token => new HttpRequestMessage(HttpMethod.Post, address)
                {
                    Headers =
                    {
                        Authorization = new AuthenticationHeaderValue("Bearer", await login.TokenAsync(token)),
                    },
                    Content = new ByteArrayContent([]),
                },
                cancellationToken
            );
            foreach (var state in answer.Json.Items(session.Provider, "value"))
            {
                table.Row().Set(Snapshot.ObservedDay, day).SetAll(state, "@odata.id", "@odata.context", "timestamp");
            }
            var count = table.Count;
            yield return table.Page(row, answer.Length);
            row += count;
            next = AzureLinks.Next(session, answer.Json, "@odata.nextLink");
        }
    }
}
