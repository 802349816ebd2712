using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.OpenAi;

/// <summary>The costs of an OpenAI organization, one row per day, project and line item.</summary>
public sealed class OpenAiCostAdapter(ProviderHttp http) : IExtractAdapter
{
    private const int MostDays = 180;

    public string Name => "openai.costs";

    public string Credential => "API_KEY";

    // The specification also lists api_key_id; the API refuses it.
    public IReadOnlyList<AdapterOption> Options { get; } =
    [ReportOptions.GroupBy("project_id", "line_item"), OpenAiReports.Limit(MostDays)];

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
                OpenAiReports.Request(session, request, "v1/organization/costs", days, page);
            await foreach (var (buckets, bytes) in BucketPages.ReadAsync(session, Make, cancellationToken))
            {
                foreach (var bucket in buckets)
                {
                    var start = bucket.Scalar(session.Provider, "start_time");
                    var end = bucket.Scalar(session.Provider, "end_time");
                    foreach (var result in bucket.Items(session.Provider, "results"))
                    {
                        OpenAiReports.Begin(table, start, end).SetAll(result);
                    }
                }
                var count = table.Count;
                yield return table.Page(row, bytes);
                row += count;
            }
        }
    }
}
