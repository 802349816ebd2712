using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using WireMock;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>OpenAI's organization reports.</summary>
internal sealed class OpenAiServer : FakeProvider, IDailyCosts
{
    public const string Key = "sk-admin-canary-0000";

    public List<JsonObject> Costs { get; } = [];
    public List<JsonObject> Usage { get; } = [];

    public void SetCosts(params (LocalDate Day, string Service, string Cost)[] costs)
    {
        Costs.Clear();
        foreach (var day in costs.GroupBy(cost => cost.Day).OrderBy(group => group.Key))
        {
            var start = day.Key.AtMidnight().InUtc().ToInstant().ToUnixTimeSeconds();
            Costs.Add(
                JsonNode
                    .Parse(
                        $$"""
                        {"object":"bucket","start_time":{{start}},"end_time":{{start + 86400}},"results":[{{string.Join(
                            ',',
                            day.Select(cost =>
                                $$"""
                                {"object":"organization.costs.result","amount":{"value":{{cost.Cost}},"currency":"usd"},
                                 "line_item":"{{cost.Service}}","project_id":"proj_1","quantity":null,"quantity_unit":null}
                                """
                            )
                        )}}]}
                        """
                    )!
                    .AsObject()
            );
        }
    }

    protected override ResponseMessage Handle(IRequestMessage request)
    {
        var (buckets, most, groups) = request.AbsolutePath switch
        {
            "/v1/organization/costs" => (Costs, 180, new[] { "project_id", "line_item" }),
            "/v1/organization/usage/completions" => (Usage, 31, ["project_id", "model"]),
            _ => throw new InvalidOperationException("no such path"),
        };
        if (Header(request, "Authorization") != $"Bearer {Key}")
        {
            return Reply(401, """{"error":{"type":"invalid_request_error","code":"invalid_api_key","message":"x"}}""");
        }
        Expect("group_by", string.Join(' ', Parameter(request, "group_by")), string.Join(' ', groups));
        Expect("bucket_width", Parameter(request, "bucket_width").Single(), "1d");
        var (from, to) = (Number(request, "start_time"), Number(request, "end_time"));
        var limit = (int)Number(request, "limit");
        Expect("start_time's time of day", from % 86400, 0L);
        Expect("end_time's time of day", to % 86400, 0L);
        if (limit < 1 || limit > most)
        {
            Complain($"limit {limit} is above {most}");
        }
        var asked = buckets.Where(bucket => (long)bucket["start_time"]! >= from && (long)bucket["start_time"]! < to);
        var (items, next) = Slice([.. asked], Parameter(request, "page").SingleOrDefault(), limit);
        return Json(
            new JsonObject
            {
                ["object"] = "page",
                ["data"] = new JsonArray([.. items.Select(item => item.DeepClone())]),
                ["has_more"] = next is not null,
                ["next_page"] = next,
            }.ToJsonString()
        );
    }

    private static long Number(IRequestMessage request, string name) =>
        long.Parse(Parameter(request, name).Single(), CultureInfo.InvariantCulture);
}
