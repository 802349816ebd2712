using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Claude;

/// <summary>The messages usage of an Anthropic organization, one row per day, group and counter that is not 0.</summary>
public sealed class ClaudeUsageAdapter(ProviderHttp http) : IExtractAdapter
{
    private const string CacheWrites = "cache_creation";
    private const string ServerTools = "server_tool_use";

    private static readonly UsageMetric[] Metrics =
    [
        new("uncached_input_tokens", "tokens"),
        new("cache_read_input_tokens", "tokens"),
        new($"{CacheWrites}.ephemeral_5m_input_tokens", "tokens"),
        new($"{CacheWrites}.ephemeral_1h_input_tokens", "tokens"),
        new("output_tokens", "tokens"),
        new($"{ServerTools}.web_search_requests", "requests"),
    ];

    public string Name => "claude.usage_report";

    public string Credential => "API_KEY";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        ReportOptions.GroupBy(
            "workspace_id",
            "api_key_id",
            "model",
            "service_tier",
            "context_window",
            "inference_geo",
            "account_id",
            "service_account_id"
        ),
    ];

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var session = http.Open(ClaudeReports.Profile(http.Options), request);
        var (table, row) = (new RowTable(), 1L);
        foreach (var days in DayChunks.OfDays(request.Days, ClaudeReports.MostDays))
        {
            HttpRequestMessage Make(string? page) =>
                ClaudeReports.Request(session, request, "v1/organizations/usage_report/messages", days, page);
            await foreach (var (buckets, bytes) in BucketPages.ReadAsync(session, Make, cancellationToken))
            {
                foreach (var bucket in buckets)
                {
                    var start = bucket.Scalar(session.Provider, "starting_at");
                    var end = bucket.Scalar(session.Provider, "ending_at");
                    foreach (var result in bucket.Items(session.Provider, "results"))
                    {
                        AddCounters(session.Provider, table, start, end, result);
                    }
                }
                var count = table.Count;
                yield return table.Page(row, bytes);
                row += count;
            }
        }
    }

    private static void AddCounters(string provider, RowTable table, string start, string end, JsonElement result)
    {
        // The one counter that every result has: without it this is another report.
        result.Scalar(provider, "output_tokens");
        foreach (var metric in Metrics)
        {
            var quantity = Count(result, metric.Name);
            if (quantity != 0)
            {
                ClaudeReports
                    .Begin(table, start, end)
                    .Set("metric", metric.Name)
                    .Set("unit", metric.Unit)
                    .Set("quantity", quantity.ToString(CultureInfo.InvariantCulture))
                    .SetAll(result, [CacheWrites, ServerTools, .. Metrics.Select(one => one.Name)]);
            }
        }
    }

    private static decimal Count(JsonElement result, string name) =>
        name.Split('.').Aggregate(result, (json, part) => json.Field(part)).Cell() switch
        {
            null => 0,
            { } text when decimal.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count) =>
                count,
            _ => throw JsonFields.Drift("Claude", name, "a whole number"),
        };
}
