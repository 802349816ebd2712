using System.Text;
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
    public const string Container = "exports";
    private const string Token = "canary-azure-token";
    private const string StorageToken = "canary-storage-token";

    private int runs;

    private readonly List<(LocalDate Day, string Service, string Cost)> costs = [];

    /// <summary>What Azure Policy says.</summary>
    public List<JsonObject> PolicyStates { get; } = [];

    /// <summary>Blobs of the container by name, and when each was changed.</summary>
    public Dictionary<string, (DateTimeOffset Changed, byte[] Bytes)> Blobs { get; } = [];

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

    /// <summary>A run of the export <c>costs/focus</c>: its files and its manifest in a folder of the month's.</summary>
    public void PutExport(string month, string run, params (string Name, byte[] Bytes)[] files)
    {
        var first = LocalDatePattern.Iso.Parse($"{month}-01").Value;
        var last = first.With(DateAdjusters.EndOfMonth);
        var folder = $"costs/focus/{first:uuuuMMdd}-{last:uuuuMMdd}/{run}";
        var changed = new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero).AddHours(++runs);
        foreach (var (name, bytes) in files)
        {
            Blobs[$"{folder}/{name}"] = (changed, bytes);
        }
        var blobs = new JsonArray([
            .. files.Select(file => new JsonObject
            {
                ["blobName"] = $"{folder}/{file.Name}",
                ["byteCount"] = file.Bytes.Length,
            }),
        ]);
        var manifest = new JsonObject
        {
            ["manifestVersion"] = "2024-04-01",
            ["runInfo"] = new JsonObject { ["runId"] = run },
            ["blobs"] = blobs,
        };
        Blobs[$"{folder}/manifest.json"] = (changed, Encoding.UTF8.GetBytes(manifest.ToJsonString()));
    }

    protected override bool IsData(IRequestMessage request) =>
        !request.AbsolutePath.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal);

    protected override ResponseMessage Handle(IRequestMessage request) =>
        !IsData(request) ? Authorize(request)
        : request.Method == "GET" ? Storage(request)
        : request.AbsolutePath.EndsWith("/policyStates/latest/queryResults", StringComparison.Ordinal) ? States(request)
        : Query(request);

    private ResponseMessage Authorize(IRequestMessage request)
    {
        Expect("the token's path", request.AbsolutePath, $"/{Tenant}/oauth2/v2.0/token");
        var form = HttpUtility.ParseQueryString(request.Body!);
        Expect("grant_type", form["grant_type"], "client_credentials");
        Expect("client_id", form["client_id"], Client);
        var token = form["scope"]!.Split(' ')[0] switch
        {
            "https://management.azure.com/.default" => Token,
            "https://storage.azure.com/.default" => StorageToken,
            var other => other,
        };
        return form["client_secret"] == Secret
            ? Json($$"""{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{{token}}"}""")
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

    private ResponseMessage States(IRequestMessage request)
    {
        if (Header(request, "Authorization") != $"Bearer {Token}")
        {
            return Reply(401, """{"error":{"code":"InvalidAuthenticationToken","message":"x"}}""");
        }
        Expect(
            "the path",
            request.AbsolutePath,
            $"/{Scope}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
        );
        Expect("api-version", Parameter(request, "api-version").Single(), "2019-10-01");
        Expect("filter", Parameter(request, "$filter").Single(), "complianceState eq 'NonCompliant'");
        var (items, next) = Slice(PolicyStates, Parameter(request, "$skiptoken").SingleOrDefault(), 1000);
        var answer = new JsonObject
        {
            ["@odata.count"] = PolicyStates.Count,
            ["@odata.nextLink"] =
                ForeignLink ?? (next is null ? null : $"{request.Url.Split("&$skiptoken")[0]}&$skiptoken={next}"),
            ["value"] = new JsonArray([.. items.Select(item => item.DeepClone())]),
        };
        return Json(answer.ToJsonString());
    }

    private ResponseMessage Storage(IRequestMessage request)
    {
        if (Header(request, "Authorization") != $"Bearer {StorageToken}")
        {
            return Reply(403, "<Error/>", ("x-ms-error-code", "AuthorizationPermissionMismatch"));
        }
        Expect("x-ms-version", Header(request, "x-ms-version"), "2023-11-03");
        if (Header(request, "x-ms-date") is null)
        {
            Complain("the call has no x-ms-date");
        }
        var path = Uri.UnescapeDataString(request.AbsolutePath[1..]);
        if (path != Container)
        {
            return Blobs.TryGetValue(path[(Container.Length + 1)..], out var blob)
                ? Reply(200, blob.Bytes, ("Content-Type", "application/json"))
                : Reply(404, "<Error/>", ("x-ms-error-code", "BlobNotFound"));
        }
        Expect("restype", Parameter(request, "restype").Single(), "container");
        Expect("comp", Parameter(request, "comp").Single(), "list");
        var prefix = Parameter(request, "prefix").Single();
        var found = Blobs
            .Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(blob => blob.Key, StringComparer.Ordinal)
            .ToList();
        var (items, next) = Slice(found, Parameter(request, "marker").SingleOrDefault(), 5000);
        var entries = items.Select(blob =>
            $"<Blob><Name>{blob.Key}</Name><Properties><Last-Modified>{blob.Value.Changed:r}</Last-Modified>"
            + $"<Etag>0x{blob.Value.Changed.Ticks:X}</Etag><Content-Length>{blob.Value.Bytes.Length}</Content-Length></Properties></Blob>"
        );
        return Reply(
            200,
            $"<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>{string.Concat(entries)}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>",
            ("Content-Type", "application/xml")
        );
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
