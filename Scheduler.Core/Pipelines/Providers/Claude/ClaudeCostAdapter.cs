using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Claude;

/// <summary>The cost report of an Anthropic organization. Its amounts are cents: the template scales them.</summary>
public sealed class ClaudeCostAdapter(ProviderHttp http) : IExtractAdapter
{
    public string Name => "claude.cost_report";

    public string Credential => "API_KEY";

    public IReadOnlyList<AdapterOption> Options { get; } = [ReportOptions.GroupBy("workspace_id", "description")];

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
                ClaudeReports.Request(session, request, "v1/organizations/cost_report", days, page);
            await foreach (var (buckets, bytes) in BucketPages.ReadAsync(session, Make, cancellationToken))
            {
                foreach (var bucket in buckets)
                {
                    var start = bucket.Scalar(session.Provider, "starting_at");
                    var end = bucket.Scalar(session.Provider, "ending_at");
                    foreach (var result in bucket.Items(session.Provider, "results"))
                    {
                        ClaudeReports.Begin(table, start, end).SetAll(result);
                    }
                }
                var count = table.Count;
                yield return table.Page(row, bytes);
                row += count;
            }
        }
    }
}
