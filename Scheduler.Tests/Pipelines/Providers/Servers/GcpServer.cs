using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using NodaTime;
using WireMock;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>Google's token endpoint, whose assertions are verified, and BigQuery's queries, whose rows were laid ready.</summary>
internal sealed class GcpServer : FakeProvider, IDailyCosts
{
    public const string Email = "billing-reader@acme-billing-1.iam.gserviceaccount.com";
    public const string Project = "acme-billing-1";
    public const string Table = "acme-billing-1.billing.gcp_billing_export_v1_000000_B0BBA4_940A77";
    public const string Bucket = "billing-exports";
    public const string Organization = "organizations/123456789012";
    private const string StorageToken = "canary-gcs-token";
    private const string PlatformToken = "canary-platform-token";
    private const string Token = "canary-google-token";
    private const string Job = "job_1";

    private static readonly string[] Columns =
    [
        "usage_date",
        "billing_period",
        "billing_account_id",
        "project_id",
        "project_name",
        "service_name",
        "sku_id",
        "charge_description",
        "region_id",
        "charge_category",
        "currency",
        "cost",
        "pricing_quantity",
        "pricing_unit",
        "credit_type",
        "cost_type",
    ];

    private readonly RSA key = RSA.Create(2048);

    /// <summary>What the query gives, by column; all days of it.</summary>
    public List<Dictionary<string, string?>> Rows { get; } = [];

    /// <summary>Results of the list of findings.</summary>
    public List<JsonObject> Findings { get; } = [];

    /// <summary>Objects of the bucket by name, with their generations.</summary>
    public Dictionary<string, (long Generation, byte[] Bytes)> Objects { get; } = [];

    /// <summary>What the query for changed days gives.</summary>
    public LocalDate? EarliestChange { get; set; }

    /// <summary>When the last line was exported, as that query gives it.</summary>
    public string? ChangedUntil { get; set; }

    /// <summary>The query is not done for so many answers.</summary>
    public int PendingAnswers { get; set; }

    /// <summary>Says that there is one row more than there is.</summary>
    public bool LosesARow { get; set; }

    /// <summary>The instant that the query for changed days was asked about.</summary>
    public string? ChangedSince { get; private set; }

    private (string From, string To)? asked;

    /// <summary>The customer's key file.</summary>
    /// <param name="tokenUri">What the file claims; nobody may go there.</param>
    public string KeyFile(string tokenUri = "https://oauth2.googleapis.com/token") =>
        JsonSerializer.Serialize(
            new Dictionary<string, string>
            {
                ["type"] = "service_account",
                ["project_id"] = Project,
                ["private_key_id"] = "key-1",
                ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
                ["client_email"] = Email,
                ["token_uri"] = tokenUri,
            }
        );

    public void SetCosts(params (LocalDate Day, string Service, string Cost)[] costs)
    {
        Rows.Clear();
        Rows.AddRange(
            costs.Select(cost => new Dictionary<string, string?>
            {
                ["usage_date"] = cost.Day.ToString("uuuu-MM-dd", null),
                ["billing_period"] = cost.Day.ToString("uuuu-MM-01", null),
                ["billing_account_id"] = "000000-B0BBA4-940A77",
                ["project_id"] = Project,
                ["service_name"] = cost.Service,
                ["charge_category"] = cost.Cost.StartsWith('-') ? "Credit" : "Usage",
                ["currency"] = "USD",
                ["cost"] = cost.Cost,
                ["cost_type"] = "regular",
            })
        );
    }

    protected override bool IsData(IRequestMessage request) => request.AbsolutePath != "/token";

    protected override ResponseMessage Handle(IRequestMessage request) =>
        !IsData(request) ? Authorize(request)
        : request.AbsolutePath.StartsWith("/storage/", StringComparison.Ordinal) ? Storage(request)
        : request.AbsolutePath.StartsWith("/v2/", StringComparison.Ordinal) ? SecurityFindings(request)
        : Header(request, "Authorization") != $"Bearer {Token}"
            ? Reply(401, """{"error":{"code":401,"status":"UNAUTHENTICATED"}}""")
        : request.Method == "POST" ? Start(request)
        : Results(request);

    private ResponseMessage Authorize(IRequestMessage request)
    {
        var form = HttpUtility.ParseQueryString(request.Body!);
        Expect("grant_type", form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
        var parts = form["assertion"]!.Split('.');
        var isSigned = key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
            Bytes(parts[2]),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        if (!isSigned)
        {
            return Reply(400, """{"error":"invalid_grant","error_description":"canary"}""");
        }
        var header = JsonNode.Parse(Bytes(parts[0]))!;
        var claims = JsonNode.Parse(Bytes(parts[1]))!;
        Expect("alg", (string?)header["alg"], "RS256");
        Expect("kid", (string?)header["kid"], "key-1");
        Expect("iss", (string?)claims["iss"], Email);
        var token = (string?)claims["scope"] switch
        {
            "https://www.googleapis.com/auth/bigquery" => Token,
            "https://www.googleapis.com/auth/devstorage.read_only" => StorageToken,
            "https://www.googleapis.com/auth/cloud-platform" => PlatformToken,
            var other => other,
        };
        Expect("aud", (string?)claims["aud"], "https://oauth2.googleapis.com/token");
        if ((long)claims["exp"]! - (long)claims["iat"]! > 3600)
        {
            Complain("the assertion is valid for more than an hour");
        }
        return Json($$"""{"access_token":"{{token}}","expires_in":3599,"token_type":"Bearer"}""");
    }

    private ResponseMessage Storage(IRequestMessage request)
    {
        if (Header(request, "Authorization") != $"Bearer {StorageToken}")
        {
            return Reply(403, """{"error":{"code":403,"errors":[{"reason":"accessDenied"}]}}""");
        }
        var start = $"/storage/v1/b/{Bucket}/o";
        if (request.AbsolutePath != start)
        {
            Expect("alt", Parameter(request, "alt").Single(), "media");
            return Objects.TryGetValue(Uri.UnescapeDataString(request.AbsolutePath[(start.Length + 1)..]), out var one)
                ? Reply(200, one.Bytes, ("Content-Type", "application/octet-stream"))
                : Reply(404, """{"error":{"code":404,"errors":[{"reason":"notFound"}]}}""");
        }
        var prefix = Parameter(request, "prefix").Single();
        var found = Objects
            .Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(item => item.Key, StringComparer.Ordinal)
            .ToList();
        var (items, next) = Slice(found, Parameter(request, "pageToken").SingleOrDefault(), 1000);
        var answer = new JsonObject();
        if (found.Count > 0)
        {
            answer["items"] = new JsonArray([
                .. items.Select(item => new JsonObject
                {
                    ["name"] = item.Key,
                    ["generation"] = $"{item.Value.Generation}",
                    ["size"] = $"{item.Value.Bytes.Length}",
                }),
            ]);
        }
        if (next is not null)
        {
            answer["nextPageToken"] = next;
        }
        return Json(answer.ToJsonString());
    }

    private ResponseMessage SecurityFindings(IRequestMessage request)
    {
        if (Header(request, "Authorization") != $"Bearer {PlatformToken}")
        {
            return Reply(403, """{"error":{"code":403,"status":"PERMISSION_DENIED"}}""");
        }
        Expect("the path", request.AbsolutePath, $"/v2/{Organization}/sources/-/findings");
        Expect("filter", Parameter(request, "filter").Single(), "state=\"ACTIVE\"");
        Expect("pageSize", Parameter(request, "pageSize").Single(), "1000");
        var (items, next) = Slice(Findings, Parameter(request, "pageToken").SingleOrDefault(), 1000);
        var answer = new JsonObject { ["totalSize"] = Findings.Count };
        if (Findings.Count > 0)
        {
            answer["listFindingsResults"] = new JsonArray([.. items.Select(item => item.DeepClone())]);
        }
        if (next is not null)
        {
            answer["nextPageToken"] = next;
        }
        return Json(answer.ToJsonString());
    }

    private ResponseMessage Start(IRequestMessage request)
    {
        Expect("the path", request.AbsolutePath, $"/bigquery/v2/projects/{Project}/queries");
        var body = JsonNode.Parse(request.BodyAsBytes!)!;
        Expect("useLegacySql", (bool?)body["useLegacySql"], false);
        Expect("parameterMode", (string?)body["parameterMode"], "NAMED");
        Expect("maximumBytesBilled", (string?)body["maximumBytesBilled"], "20000000000");
        Expect("location", (string?)body["location"], "EU");
        var sql = (string)body["query"]!;
        if (!sql.Contains($"`{Table}`", StringComparison.Ordinal) || sql.Contains('{', StringComparison.Ordinal))
        {
            Complain("the query does not name the table");
        }
        var parameters = body["queryParameters"]!
            .AsArray()
            .ToDictionary(
                parameter => (string)parameter!["name"]!,
                parameter => (string)parameter!["parameterValue"]!["value"]!
            );
        asked = parameters.TryGetValue("from", out var from) ? (from, parameters["to"]) : null;
        ChangedSince = parameters.GetValueOrDefault("changed_since") ?? ChangedSince;
        return Results(request);
    }

    private ResponseMessage Results(IRequestMessage request)
    {
        if (request.Method == "GET")
        {
            Expect("the path", request.AbsolutePath, $"/bigquery/v2/projects/{Project}/queries/{Job}");
            Expect("location", Parameter(request, "location").Single(), "EU");
        }
        var reference = new JsonObject
        {
            ["projectId"] = Project,
            ["jobId"] = Job,
            ["location"] = "EU",
        };
        if (PendingAnswers > 0)
        {
            PendingAnswers--;
            return Json(new JsonObject { ["jobReference"] = reference, ["jobComplete"] = false }.ToJsonString());
        }
        var (columns, rows) = asked is var (from, to)
            ? (
                Columns,
                Rows.Where(row =>
                    string.CompareOrdinal(row["usage_date"], from) >= 0
                    && string.CompareOrdinal(row["usage_date"], to) <= 0
                )
            )
            : (
                ["earliest_day", "changed_until"],
                [
                    new()
                    {
                        ["earliest_day"] = EarliestChange?.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture),
                        ["changed_until"] = ChangedUntil,
                    },
                ]
            );
        var all = rows.ToList();
        // The query for changed days has one row and needs no second page, however the server misbehaves.
        var (items, next) = asked is null
            ? (all, null)
            : Slice(all, Parameter(request, "pageToken").SingleOrDefault(), 100_000);
        var answer = new JsonObject
        {
            ["kind"] = "bigquery#queryResponse",
            ["schema"] = new JsonObject
            {
                ["fields"] = new JsonArray([
                    .. columns.Select(name => new JsonObject
                    {
                        ["name"] = name,
                        ["type"] = "STRING",
                        ["mode"] = "NULLABLE",
                    }),
                ]),
            },
            ["jobReference"] = reference,
            ["totalRows"] = (all.Count + (LosesARow ? 1 : 0)).ToString(CultureInfo.InvariantCulture),
            ["jobComplete"] = true,
            ["totalBytesProcessed"] = "10485760",
            // Warnings of a query that succeeded.
            ["errors"] = new JsonArray(new JsonObject { ["reason"] = "invalidQuery", ["message"] = "a warning" }),
        };
        var list = items
            .Select(row => new JsonObject
            {
                ["f"] = new JsonArray([
                    .. columns.Select(name => new JsonObject { ["v"] = row.GetValueOrDefault(name) }),
                ]),
            })
            .ToList();
        if (list.Count > 0)
        {
            answer["rows"] = new JsonArray([.. list]);
        }
        if (next is not null)
        {
            answer["pageToken"] = next;
        }
        return Json(answer.ToJsonString());
    }

    private static byte[] Bytes(string base64Url) =>
        Convert.FromBase64String(
            base64Url.Replace('-', '+').Replace('_', '/').PadRight((base64Url.Length + 3) / 4 * 4, '=')
        );
}
