using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class BigQueryGoldenTests : ProviderGoldenContract
{
    private static readonly string[] Columns =
    [
        "usage_date",
        "sub_account_id",
        "service_name",
        "sku_id",
        "charge_description",
        "charge_category",
        "billed_cost",
        "effective_cost",
        "billing_currency",
        "pricing_quantity",
        "is_estimated",
    ];

    protected override async Task<ICostTable> OpenAsync(PipelineBench bench)
    {
        var datasets = await BigQueryTestDatasets.CreateAsync();
        await datasets.Catalog.CreateAsync(PipelineBench.Dataset, default);
        return new BigQueryTable(datasets);
    }

    private sealed class BigQueryTable(BigQueryTestDatasets datasets) : ICostTable
    {
        public IDatasetWriter Writer { get; } = datasets.Writer();

        IDatasetWriter? ICostTable.Writer => Writer;

        public async Task<IReadOnlyList<string>> RowsAsync() =>
            [
                .. (await datasets.RowsAsync(PipelineBench.Dataset, "cost_daily"))
                    .Select(row => string.Join('|', Columns.Select(column => Text(column, row[column]))))
                    .Order(StringComparer.Ordinal),
            ];

        public ValueTask DisposeAsync() => datasets.DisposeAsync();

        private static string Text(string column, string? value) =>
            (column, value) switch
            {
                (_, null) => "null",
                ("is_estimated", "1") => "True",
                ("is_estimated", _) => "False",
                _ => value,
            };
    }
}
