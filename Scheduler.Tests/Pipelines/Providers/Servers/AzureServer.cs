using System.Text.Json.Nodes;
using System.Web;
using NodaTime;
using NodaTime.Text;
using WireMock;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>Microsoft Entra ID's token endpoint and Cost Management's query.</summary>
internal sealed class AzureServer : FakeProvider, IDailyCosts
{
    public const string Tenant = "11111111-2222-3333-4444-555555555555";
    public const string Client = "66666666-7777-8888-9999-000000000000";
    public const string Secret = "canary-client-secret~";
    public const string Scope = "subscriptions/00000000-0000-0000-0000-000000000000";
    private const string Token = "canary-azure-token";

    private readonly List<(LocalDate Day, string Service, string Cost)> costs = [];

    /// <summary>Bodies of pages as they were recorded, sent instead of the costs; their own links are replaced.</summary>
    public List<JsonObject> Recorded { get; } = [];

    /// <summary>The column that a caller has to ask for.</summary>
    public string CostColumn { get; set; } = "Cost";

    /// <summary>Every page names this one as the next.</summary>
    public string? ForeignLink { get; set; }

    /// <summary>Answers 204 to every query.</summary>
    public bool HasNothing { get; set; }

    public void SetCosts(params (LocalDate Day, string Service, string Cost)[] costs)
    {
        this.costs.Clear();
        this.costs.AddRange(costs);
    }

    protected override bool IsData(IRequestMessage request) =>
        !request.AbsolutePath.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal);

    protected override ResponseMessage Handle(IRequestMessage request) =>
        IsData(request) ? Query(request) : Authorize(request);

    private ResponseMessage Authorize(IRequestMessage request)
    {
        Expect("the token's path", request.AbsolutePath, $"/{Tenant}/oauth2/v2.0/token");
        var form = HttpUtility.ParseQueryString(request.Body!);
        Expect("grant_type", form["grant_type"], "client_credentials");
        Expect("client_id", form["client_id"], Client);
        Expect("scope", form["scope"]!.Split(' ')[0], "https://management.azure.com/.default");
        return form["client_secret"] == Secret
            ? Json($$"""{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{{Token}}"}""")
            : Reply(
                401,
                """{"error":"invalid_client","error_description":"AADSTS7000215: canary","error_codes":[7000215]}"""
            );
    }

    private ResponseMessage Query(IRequestMessage request)
    {
        if (Header(request, "Authorization") != $"Bearer {Token}")
        {
            return Reply(401, """{"error":{"code":"InvalidAuthenticationToken","message":"x"}}""");
        }
        Expect("the method", request.Method, "POST");
        Expect(
            "the path",
            request.AbsolutePath.ToUpperInvariant(),
            $"/{Scope}/providers/Microsoft.CostManagement/query".ToUpperInvariant()
        );
        if (HasNothing)
        {
            return Reply(204, "");
        }
        var body = JsonNode.Parse(request.BodyAsBytes!)!;
        Expect("timeframe", (string?)body["timeframe"], "Custom");
        var dataset = body["dataset"]!;
        Expect("granularity", (string?)dataset["granularity"], "Daily");
        Expect("aggregation", (string?)dataset["aggregation"]!["totalCost"]!["name"], CostColumn);
        Expect(
            "grouping",
            string.Join(' ', dataset["grouping"]!.AsArray().Select(group => (string)group!["name"]!)),
            "SubscriptionId ServiceName"
        );
        var token = Parameter(request, "$skiptoken").SingleOrDefault();
        if (token is null)
        {
            Expect("api-version", Parameter(request, "api-version").Single(), "2025-03-01");
        }
        return Recorded.Count > 0 ? RecordedPage(token) : CostPage(body, token);
    }

    private ResponseMessage RecordedPage(string? token)
    {
        var (items, next) = Slice(Recorded, token, 1);
        var page = items.Single().DeepClone();
        page["properties"]!["nextLink"] = Link(next);
        return Json(page.ToJsonString());
    }

    private ResponseMessage CostPage(JsonNode body, string? token)
    {
        var period = body["timePeriod"]!;
        var from = LocalDatePattern.Iso.Parse(((string)period["from"]!)[..10]).Value;
        var to = LocalDatePattern.Iso.Parse(((string)period["to"]!)[..10]).Value;
        if (to >= from.With(DateAdjusters.StartOfMonth).PlusMonths(1))
        {
            Complain("more than a month is asked for at once");
        }
        var asked = costs.Where(cost => cost.Day >= from && cost.Day <= to).ToList();
        var (items, next) = Slice(asked, token, 1000);
        var rows = items.Select(cost => new JsonArray(
            JsonNode.Parse(cost.Cost),
            JsonNode.Parse(cost.Day.ToString("uuuuMMdd", null)),
            Scope.Split('/')[1],
            cost.Service,
            "EUR"
        ));
        var page = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["nextLink"] = Link(next),
                ["columns"] = new JsonArray([
                    .. new[] { CostColumn, "UsageDate", "SubscriptionId", "ServiceName", "Currency" }.Select(
                        name => new JsonObject { ["name"] = name, ["type"] = "String" }
                    ),
                ]),
                ["rows"] = new JsonArray([.. rows]),
            },
        };
        return Json(page.ToJsonString());
    }

    /// <summary>In another casing and with another version, as the real service writes it.</summary>
    private string? Link(string? token) =>
        ForeignLink
        ?? (
            token is null
                ? null
                : $"{Endpoint.Address}{Scope}/providers/Microsoft.CostManagement/Query?api-version=2021-10-01&$skiptoken={token}"
        );
}
