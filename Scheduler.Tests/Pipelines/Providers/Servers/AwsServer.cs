using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using NodaTime;
using NodaTime.Text;
using WireMock;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>Cost Explorer and STS: every signature is recomputed.</summary>
internal sealed class AwsServer : FakeProvider, IDailyCosts
{
    public const string KeyId = "AKIDEXAMPLE";
    public const string Secret = "canary-wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string RoleArn = "arn:aws:iam::123456789012:role/cost-reader";
    public const string ExternalId = "canary-external-id";
    public const string ProcessKeyId = "AKIDPROCESS";
    public const string ProcessSecret = "canary-process-secret";
    public const string SessionToken = "canary-session-token/+==";
    public const string Account = "123456789012";
    public const string Bucket = "billing-bucket";
    private const string Temporary = "ASIATEMPORARY";

    private int deliveries;

    /// <summary>Days as Cost Explorer has them, grouped by SERVICE with UnblendedCost, as they were recorded.</summary>
    public List<JsonObject> Days { get; } = [];

    /// <summary>Credits, refunds and taxes.</summary>
    public List<(LocalDate Day, string RecordType, string Cost)> Others { get; } = [];

    /// <summary>How often a role was assumed.</summary>
    public int Assumed { get; private set; }

    /// <summary>Sessions of roles up to this number have run out.</summary>
    public int ExpiredSessions { get; set; }

    public void SetCosts(params (LocalDate Day, string Service, string Cost)[] costs)
    {
        Days.Clear();
        foreach (var day in costs.GroupBy(cost => cost.Day).OrderBy(group => group.Key))
        {
            Days.Add(Result(day.Key, day.Select(cost => (new[] { cost.Service }, cost.Cost))));
        }
    }

    /// <summary>Objects of S3 by bucket and key, <c>bucket/key</c>.</summary>
    public Dictionary<string, byte[]> Objects { get; } = [];

    /// <summary>Delivers a month of an export, with its manifest behind its files.</summary>
    public void PutExport(string folder, string month, params (string Name, byte[] Bytes)[] files)
    {
        var name = folder.Split('/')[^1];
        var data = $"{folder}/data/BILLING_PERIOD={month}";
        foreach (var (file, bytes) in files)
        {
            Objects[$"{Bucket}/{data}/{file}"] = bytes;
        }
        var names = new JsonArray([.. files.Select(file => JsonValue.Create($"s3://{Bucket}/{data}/{file.Name}"))]);
        Objects[$"{Bucket}/{folder}/metadata/BILLING_PERIOD={month}/{name}-Manifest.json"] = Encoding.UTF8.GetBytes(
            new JsonObject { ["executionId"] = $"{++deliveries}", ["dataFiles"] = names }.ToJsonString()
        );
    }

    protected override bool IsData(IRequestMessage request) =>
        request.Method == "GET" || Header(request, "X-Amz-Target") is not null;

    protected override ResponseMessage Handle(IRequestMessage request) =>
        request.Method == "GET" ? Object(request)
        : IsData(request) ? CostAndUsage(request)
        : AssumeRole(request);

    private ResponseMessage Object(IRequestMessage request)
    {
        if (Fault(request, KeyId, Secret, "s3") is { } fault)
        {
            Complain(fault);
        }
        return Objects.TryGetValue(Uri.UnescapeDataString(request.AbsolutePath[1..]), out var bytes)
            ? Reply(200, bytes, ("Content-Type", "binary/octet-stream"))
            : Reply(404, "<Error><Code>NoSuchKey</Code></Error>", ("Content-Type", "application/xml"));
    }

    private ResponseMessage CostAndUsage(IRequestMessage request)
    {
        var token = Header(request, "x-amz-security-token");
        var (keyId, secret) = (KeyId, Secret);
        if (token is not null)
        {
            var session = int.Parse(token.Split('#')[1], CultureInfo.InvariantCulture);
            (keyId, secret) = ($"{Temporary}{session}", $"{ProcessSecret}{session}");
            if (session <= ExpiredSessions)
            {
                return Reply(400, """{"__type":"com.amazon.coral.service#ExpiredTokenException"}""");
            }
        }
        if (Fault(request, keyId, secret, "ce") is { } fault)
        {
            Complain(fault);
            return Reply(400, """{"__type":"InvalidSignatureException"}""");
        }
        Expect("X-Amz-Target", Header(request, "X-Amz-Target"), "AWSInsightsIndexService.GetCostAndUsage");
        Expect("Content-Type", Header(request, "Content-Type"), "application/x-amz-json-1.1");
        var body = JsonNode.Parse(request.BodyAsBytes!)!;
        Expect("Granularity", (string?)body["Granularity"], "DAILY");
        var groups = body["GroupBy"]!.AsArray().Select(group => (string)group!["Key"]!).ToList();
        Expect("GroupBy[0]", groups[0], "LINKED_ACCOUNT");
        var isOthers = groups[1] == "RECORD_TYPE";
        var filter = isOthers ? body["Filter"]! : body["Filter"]!["Not"]!;
        Expect(
            "the filter",
            filter["Dimensions"]!.ToJsonString(),
            """{"Key":"RECORD_TYPE","Values":["Credit","Refund","Tax"]}"""
        );
        var metrics = body["Metrics"]!.AsArray().Select(metric => (string)metric!).ToList();
        var from = Day(body["TimePeriod"]!["Start"]);
        var to = Day(body["TimePeriod"]!["End"]);
        if (to > from.With(DateAdjusters.StartOfMonth).PlusMonths(1))
        {
            Complain("more than a month is asked for at once");
        }
        var days = isOthers ? OtherDays() : Days;
        var asked = days.Where(day => DayOf(day) >= from && DayOf(day) < to)
            .Select(day => Answered(day, metrics))
            .ToList();
        var (items, next) = Slice(asked, (string?)body["NextPageToken"], 1000);
        var answer = new JsonObject
        {
            ["ResultsByTime"] = new JsonArray([.. items]),
            ["DimensionValueAttributes"] = new JsonArray(
                new JsonObject
                {
                    ["Value"] = Account,
                    ["Attributes"] = new JsonObject { ["description"] = "Example account" },
                }
            ),
        };
        if (next is not null)
        {
            answer["NextPageToken"] = next;
        }
        return Reply(200, answer.ToJsonString(), ("Content-Type", "application/x-amz-json-1.1"));
    }

    private ResponseMessage AssumeRole(IRequestMessage request)
    {
        if (Fault(request, ProcessKeyId, ProcessSecret, "sts") is { } fault)
        {
            Complain(fault);
        }
        var form = HttpUtility.ParseQueryString(request.Body!);
        Expect("Action", form["Action"], "AssumeRole");
        if (form["RoleArn"] != RoleArn || form["ExternalId"] != ExternalId)
        {
            return Reply(
                403,
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>canary</Message></Error></ErrorResponse>",
                ("Content-Type", "text/xml")
            );
        }
        Assumed++;
        return Reply(
            200,
            $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>{Temporary}{Assumed}</AccessKeyId><SecretAccessKey>{ProcessSecret}{Assumed}</SecretAccessKey>
            <SessionToken>{SessionToken}#{Assumed}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
            </Credentials></AssumeRoleResult></AssumeRoleResponse>
            """,
            ("Content-Type", "text/xml")
        );
    }

    private static string? Fault(IRequestMessage request, string keyId, string secret, string service) =>
        SigV4Verifier.Fault(
            request.Method,
            request.AbsolutePath,
            request.RawQuery?.TrimStart('?') ?? "",
            [.. request.Headers!.SelectMany(header => header.Value.Select(value => (header.Key, value)))],
            request.BodyAsBytes ?? [],
            keyId,
            secret,
            "us-east-1",
            service
        );

    /// <summary>What was recorded by service, as the caller groups it and with the metrics it asks for.</summary>
    private static JsonObject Answered(JsonObject day, IReadOnlyList<string> metrics)
    {
        var answered = day.DeepClone().AsObject();
        answered["Total"] = new JsonObject();
        foreach (var group in answered["Groups"]!.AsArray())
        {
            var amount = group!["Metrics"]!["UnblendedCost"]!;
            group["Keys"] = new JsonArray(Account, (string)group["Keys"]![0]!);
            group["Metrics"] = new JsonObject(
                metrics.Select(metric => KeyValuePair.Create(metric, (JsonNode?)amount.DeepClone()))
            );
        }
        return answered;
    }

    private IReadOnlyList<JsonObject> OtherDays() =>
        [
            .. Others
                .GroupBy(other => other.Day)
                .OrderBy(group => group.Key)
                .Select(group => Result(group.Key, group.Select(other => (new[] { other.RecordType }, other.Cost)))),
        ];

    private static JsonObject Result(LocalDate day, IEnumerable<(string[] Keys, string Cost)> groups) =>
        new()
        {
            ["TimePeriod"] = new JsonObject
            {
                ["Start"] = LocalDatePattern.Iso.Format(day),
                ["End"] = LocalDatePattern.Iso.Format(day.PlusDays(1)),
            },
            ["Estimated"] = false,
            ["Groups"] = new JsonArray([
                .. groups.Select(group => new JsonObject
                {
                    ["Keys"] = new JsonArray([.. group.Keys.Select(key => JsonValue.Create(key))]),
                    ["Metrics"] = new JsonObject
                    {
                        ["UnblendedCost"] = new JsonObject { ["Amount"] = group.Cost, ["Unit"] = "USD" },
                    },
                }),
            ]),
        };

    private static LocalDate DayOf(JsonObject day) => Day(day["TimePeriod"]!["Start"]);

    private static LocalDate Day(JsonNode? text) => LocalDatePattern.Iso.Parse((string)text!).Value;
}
