using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Azure;

/// <summary>An export of Cost Management in the customer's storage account, month by month.</summary>
public sealed class CostExportAdapter(ProviderHttp http, TimeProvider timeProvider) : IExtractAdapter
{
    public string Name => "azure.cost_export";

    public string Credential => "SERVICE_ACCOUNT";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [.. BlobExport.Options, ExportPlace.Option("day_column", 128)];

    public async Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken)
    {
        using var store = BlobExport.Open(http, request, timeProvider);
        return await Export(store, request).FindChangesAsync(request, cancellationToken);
    }

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var store = BlobExport.Open(http, request, timeProvider);
        await foreach (var page in Export(store, request).ExtractAsync(request, shape: null, cancellationToken))
        {
            yield return page;
        }
    }

    private MonthlyExport Export(BlobExport store, ExtractRequest request) =>
        new(store, request.Options.Text("day_column")!, http.Options.MaxRunBytes);
}
