using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using WireMock;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>Anthropic's Admin API: cost and usage reports.</summary>
internal sealed class ClaudeServer : FakeProvider, IDailyCosts
{
    public const string Key = "sk-ant-admin-canary-0000";

    public List<JsonObject> Costs { get; } = [];
    public List<JsonObject> Usage { get; } = [];

    /// <summary>Costs are given in dollars and sent in cents.</summary>
    public void SetCosts(params (LocalDate Day, string Service, string Cost)[] costs)
    {
        Costs.Clear();
        foreach (var day in costs.GroupBy(cost => cost.Day).OrderBy(group => group.Key))
        {
            var results = day.Select(cost =>
            {
                var cents = decimal.Parse(cost.Cost, CultureInfo.InvariantCulture) * 100;
                return $$"""
                    {"currency":"USD","amount":"{{cents.ToString(CultureInfo.InvariantCulture)}}","workspace_id":null,
                     "description":"{{cost.Service}}","cost_type":"tokens","context_window":null,"model":null,
                     "service_tier":null,"token_type":null}
                    """;
            });
            Costs.Add(
                JsonNode
                    .Parse(
                        $$"""
                        {"starting_at":"{{day.Key:uuuu-MM-dd}}T00:00:00Z","ending_at":"{{day.Key.PlusDays(
                            1
                        ):uuuu-MM-dd}}T00:00:00Z",
                         "results":[{{string.Join(',', results)}}]}
                        """
                    )!
                    .AsObject()
            );
        }
    }

    protected override ResponseMessage Handle(IRequestMessage request)
    {
        var (buckets, groups) = request.AbsolutePath switch
        {
            "/v1/organizations/cost_report" => (Costs, new[] { "workspace_id", "description" }),
            "/v1/organizations/usage_report/messages" => (
                Usage,
                ["workspace_id", "model", "service_tier", "context_window"]
            ),
            _ => throw new InvalidOperationException("no such path"),
        };
        if (Header(request, "x-api-key") != Key)
        {
            return Reply(401, """{"type":"error","error":{"type":"authentication_error","message":"x"}}""");
        }
        Expect("anthropic-version", Header(request, "anthropic-version"), "2023-06-01");
        Expect("group_by[]", string.Join(' ', Parameter(request, "group_by[]")), string.Join(' ', groups));
        Expect("bucket_width", Parameter(request, "bucket_width").Single(), "1d");
        var (from, to) = (Parameter(request, "starting_at").Single(), Parameter(request, "ending_at").Single());
        var limit = int.Parse(Parameter(request, "limit").Single(), CultureInfo.InvariantCulture);
        if (limit is < 1 or > 31 || !from.EndsWith("T00:00:00Z", StringComparison.Ordinal))
        {
            Complain($"limit {limit} or starting_at {from} is wrong");
        }
        // All of them are in one format, in which the order of texts is that of times.
        var asked = buckets.Where(bucket =>
            string.CompareOrdinal((string)bucket["starting_at"]!, from) >= 0
            && string.CompareOrdinal((string)bucket["starting_at"]!, to) < 0
        );
        var (items, next) = Slice([.. asked], Parameter(request, "page").SingleOrDefault(), limit);
        return Json(
            new JsonObject
            {
                ["data"] = new JsonArray([.. items.Select(item => item.DeepClone())]),
                ["has_more"] = next is not null,
                ["next_page"] = next,
            }.ToJsonString()
        );
    }
}
