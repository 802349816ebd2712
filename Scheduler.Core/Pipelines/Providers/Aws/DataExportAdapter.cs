using System.Runtime.CompilerServices;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Exports;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Providers.Aws;

/// <summary>An AWS data export in the customer's bucket, month by month: FOCUS, or a Cost and Usage Report 2.0.</summary>
public sealed class DataExportAdapter(ProviderHttp http, IAwsIdentity identity, TimeProvider timeProvider)
    : IExtractAdapter
{
    private const string Cur2 = "cur2";

    public string Name => "aws.data_export";

    public string Credential => "ACCESS_KEY";

    public IReadOnlyList<AdapterOption> Options { get; } =
    [
        .. S3Export.Options,
        ExportPlace.Option("day_column", 128),
        new(
            new TemplateParameter
            {
                Name = "shape",
                Kind = ParameterKind.Enum,
                Values = ["focus", Cur2],
                Default = "focus",
            }
        ),
    ];

    public async Task<SourceChanges?> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken)
    {
        using var store = await OpenAsync(request, cancellationToken);
        return await Export(store, request).FindChangesAsync(request, cancellationToken);
    }

    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var store = await OpenAsync(request, cancellationToken);
        Func<ExtractPage, ExtractPage>? shape = request.Options.Text("shape") == Cur2 ? new CurLines().Complete : null;
        await foreach (var page in Export(store, request).ExtractAsync(request, shape, cancellationToken))
        {
            yield return page;
        }
    }

    private Task<S3Export> OpenAsync(ExtractRequest request, CancellationToken cancellationToken) =>
        S3Export.OpenAsync(
            http,
            request,
            () => new AwsLogin(http, identity, timeProvider).OpenAsync(request, cancellationToken)
        );

    private MonthlyExport Export(S3Export store, ExtractRequest request) =>
        new(store, request.Options.Text("day_column")!, http.Options.MaxRunBytes);
}
