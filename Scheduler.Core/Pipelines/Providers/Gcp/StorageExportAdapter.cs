using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;

namespace Scheduler.Core.Pipelines.Providers.Gcp;

/// <summary>Files of an export in the customer's bucket of Cloud Storage, month by month.</summary>
public sealed class StorageExportAdapter(ProviderHttp http) : IExtractAdapter
{
    public string Name => "gcp.storage_export";

    public string Credential => "SERVICE_ACCOUNT";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [.. StorageExport.Options, ExportPlace.Option("day_column", 128)];

    public async Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken)
    {
        using var store = StorageExport.Open(http, request);
        return await Export(store, request).FindChangesAsync(request, cancellationToken);
    }

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var store = StorageExport.Open(http, request);
        await foreach (var page in Export(store, request).ExtractAsync(request, shape: null, cancellationToken))
        {
            yield return page;
        }
    }

    private MonthlyExport Export(StorageExport store, ExtractRequest request) =>
        new(store, request.Options.Text("day_column")!, http.Options.MaxRunBytes);
}
