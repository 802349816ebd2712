using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>
/// The costs of an Azure scope by Cost Management's query. Actual and amortized costs are two calls: their rows have the
/// same dimensions and become one line, whose billed cost comes from the one and whose effective cost from the other.
/// </summary>
/// <remarks><see href="https://learn.microsoft.com/rest/api/cost-management/query/usage"/></remarks>
public sealed class CostQueryAdapter(ProviderHttp http) : IExtractAdapter
{
    private const string ApiVersion = "2025-03-01";
    private const string Actual = "ActualCost";
    private const string Amortized = "AmortizedCost";

    // 12 query processing units in 10 s, 60 in a minute, 600 an hour for each tenant; in practice about 4 calls a minute.
    private static readonly RatePolicy Rate = new(4, Duration.FromSeconds(15));

    public string Name => "azure.cost_query";

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
        new(
            new TemplateParameter
            {
                Name = "group_by",
                Kind = ParameterKind.String,
                Values =
                [
                    "SubscriptionId",
                    "ServiceName",
                    "ResourceGroup",
                    "ResourceGroupName",
                    "ResourceId",
                    "ResourceLocation",
                    "ChargeType",
                    "Meter",
                    "MeterCategory",
                    "PublisherType",
                ],
            }
        )
        {
            IsList = true,
        },
        new(
            new TemplateParameter
            {
                Name = "cost_column",
                Kind = ParameterKind.Enum,
                Values = ["Cost", "PreTaxCost"],
                Default = "Cost",
            }
        ),
    ];

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var secret = AzureSecret.Parse(request.Credential);
        using var login = new AzureLogin(http, secret, AzureLogin.Management);
        using var session = http.Open(Profile(secret.TenantId), request);
        var row = 1L;
        foreach (var days in DayChunks.OfMonths(request.Days))
        {
            foreach (var type in new[] { Actual, Amortized })
            {
                session.Pages.Begin();
                var body = Body(type, days, request.Options);
                var next = FirstPage(session, request.Options);
                while (next is not null)
                {
                    session.Pages.Count();
                    var address = next;
                    var answer = await session.SendAsync(
                        async token => Request(address, body, await login.TokenAsync(token)),
                        cancellationToken
                    );
                    if (answer.IsEmpty)
                    {
                        break;
                    }
                    var properties = answer.Json.Object(session.Provider, "properties");
                    var page = Page(session.Provider, type, request.Options, properties, row, answer.Length);
                    row += page.Rows.Count;
                    yield return page;
                    next = AzureLinks.Next(session, properties, "nextLink");
                }
            }
        }
    }

    private ProviderProfile Profile(string tenant) =>
        new()
        {
            Name = "Azure",
            Endpoint = http.Options.AzureManagement,
            Rate = Rate,
            Account = tenant,
            Classify = AzureErrors.Classify,
        };

    private static Uri FirstPage(ProviderSession session, ResolvedValues options) =>
        session.Endpoint.At(
            $"{options.Text("scope")}/providers/Microsoft.CostManagement/query?api-version={ApiVersion}"
        );

    private static byte[] Body(string type, DayWindow days, ResolvedValues options)
    {
        var cost = new JsonObject { ["name"] = options.Text("cost_column"), ["function"] = "Sum" };
        var body = new JsonObject
        {
            ["type"] = type,
            ["timeframe"] = "Custom",
            ["timePeriod"] = new JsonObject
            {
                ["from"] = $"{LocalDatePattern.Iso.Format(days.From)}T00:00:00Z",
                ["to"] = $"{LocalDatePattern.Iso.Format(days.To)}T23:59:59Z",
            },
            ["dataset"] = new JsonObject
            {
                ["granularity"] = "Daily",
                ["aggregation"] = new JsonObject { ["totalCost"] = cost },
                ["grouping"] = new JsonArray([
                    .. options
                        .Words("group_by")
                        .Select(name => new JsonObject { ["type"] = "Dimension", ["name"] = name }),
                ]),
            },
        };
        return Encoding.UTF8.GetBytes(body.ToJsonString(JsonSerializerOptions.Default));
    }

    /// <summary>The next page is asked for with the same body.</summary>
    private static HttpRequestMessage Request(Uri address, byte[] body, string token)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return message;
    }

    private static ExtractPage Page(
        string provider,
        string type,
        ResolvedValues options,
        JsonElement properties,
        long row,
        long bytes
    )
    {
        var names = properties.Items(provider, "columns").Select(column => column.Scalar(provider, "name")).ToList();
        var cost = names.IndexOf(options.Text("cost_column")!);
        if (cost < 0)
        {
            throw JsonFields.Drift(
                provider,
                "properties.columns",
                $"a list with {options.Text("cost_column")}, which was asked for"
            );
        }
        var table = new RowTable();
        foreach (var cells in properties.Items(provider, "rows"))
        {
            if (cells.ValueKind != JsonValueKind.Array || cells.GetArrayLength() != names.Count)
            {
                throw JsonFields.Drift(provider, "properties.rows", $"lists of {names.Count} values, one a column");
            }
            table.Row();
            for (var place = 0; place < names.Count; place++)
            {
                var cell = cells[place].Cell();
                if (place == cost)
                {
                    table.Set(Actual, type == Actual ? cell : "0").Set(Amortized, type == Amortized ? cell : "0");
                }
                else
                {
                    table.Set(names[place], cell);
                }
            }
        }
        return table.Page(row, bytes);
    }
}
