using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.OpenAi;

/// <summary>The completions usage of an OpenAI organization, one row per day, group and counter that is not 0.</summary>
public sealed class OpenAiUsageAdapter(ProviderHttp http) : IExtractAdapter
{
    private const int MostDays = 31;
    private const string Input = "input_tokens";
    private const string Cached = "input_cached_tokens";

    /// <summary>Input tokens that were not cached: what OpenAI calls input tokens includes the cached ones.</summary>
    private const string Uncached = "input_uncached_tokens";

    private static readonly UsageMetric[] Metrics =
    [
        new(Uncached, "tokens"),
        new(Cached, "tokens"),
        new("output_tokens", "tokens"),
        new("input_audio_tokens", "tokens"),
        new("output_audio_tokens", "tokens"),
        new("num_model_requests", "requests"),
    ];

    public string Name => "openai.usage";

    public string Credential => "API_KEY";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        ReportOptions.GroupBy("project_id", "user_id", "api_key_id", "model", "batch", "service_tier"),
        OpenAiReports.Limit(MostDays),
    ];

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var session = http.Open(OpenAiReports.Profile(http.Options), request);
        var (table, row) = (new RowTable(), 1L);
        foreach (var days in DayChunks.OfDays(request.Days, MostDays))
        {
            HttpRequestMessage Make(string? page) =>
                OpenAiReports.Request(session, request, "v1/organization/usage/completions", days, page);
            await foreach (var (buckets, bytes) in BucketPages.ReadAsync(session, Make, cancellationToken))
            {
                foreach (var bucket in buckets)
                {
                    var start = bucket.Scalar(session.Provider, "start_time");
                    var end = bucket.Scalar(session.Provider, "end_time");
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
        foreach (var metric in Metrics)
        {
            var quantity = metric.Name == Uncached ? UncachedOf(provider, result) : Count(result, metric.Name);
            if (quantity != 0)
            {
                OpenAiReports
                    .Begin(table, start, end)
                    .Set("metric", metric.Name)
                    .Set("unit", metric.Unit)
                    .Set("quantity", quantity.ToString(CultureInfo.InvariantCulture))
                    .SetAll(result, [Input, Uncached, .. Metrics.Select(one => one.Name)]);
            }
        }
    }

    private static decimal UncachedOf(string provider, JsonElement result)
    {
        // The one counter that every result has: without it this is another report.
        result.Scalar(provider, Input);
        return Count(result, Input) - Count(result, Cached);
    }

    private static decimal Count(JsonElement result, string name) =>
        result.Field(name).Cell() switch
        {
            null => 0,
            { } text when decimal.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count) =>
                count,
            _ => throw JsonFields.Drift("OpenAI", name, "a whole number"),
        };
}
