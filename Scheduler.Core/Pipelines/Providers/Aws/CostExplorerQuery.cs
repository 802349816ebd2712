using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime.Text;
using Scheduler.Core.Datasets;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>
/// One of the two calls that together have every charge exactly once: usage by account and service, and credits, refunds and
/// taxes by account and record type.
/// </summary>
/// <remarks><see href="https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html"/></remarks>
internal sealed record CostExplorerQuery(IReadOnlyList<string> Grouping, bool IsOfCreditsAndTaxes)
{
    private static readonly string[] CreditsAndTaxes = ["Credit", "Refund", "Tax"];

    public static IReadOnlyList<CostExplorerQuery> All { get; } =
    [
        new(["LINKED_ACCOUNT", "SERVICE"], IsOfCreditsAndTaxes: false),
        new(["LINKED_ACCOUNT", "RECORD_TYPE"], IsOfCreditsAndTaxes: true),
    ];

    public byte[] Body(DayWindow days, IReadOnlyList<string> metrics, string? token)
    {
        JsonNode filter = new JsonObject
        {
            ["Dimensions"] = new JsonObject { ["Key"] = "RECORD_TYPE", ["Values"] = List(CreditsAndTaxes) },
        };
        var body = new JsonObject
        {
            ["TimePeriod"] = new JsonObject
            {
                ["Start"] = LocalDatePattern.Iso.Format(days.From),
                ["End"] = LocalDatePattern.Iso.Format(days.To.PlusDays(1)),
            },
            ["Granularity"] = "DAILY",
            ["Metrics"] = List(metrics),
            ["GroupBy"] = new JsonArray([
                .. Grouping.Select(key => new JsonObject { ["Type"] = "DIMENSION", ["Key"] = key }),
            ]),
            ["Filter"] = IsOfCreditsAndTaxes ? filter : new JsonObject { ["Not"] = filter },
        };
        if (token is not null)
        {
            body["NextPageToken"] = token;
        }
        return Encoding.UTF8.GetBytes(body.ToJsonString(JsonSerializerOptions.Default));
    }

    private static JsonArray List(IEnumerable<string> words) => [.. words.Select(word => JsonValue.Create(word))];
}
