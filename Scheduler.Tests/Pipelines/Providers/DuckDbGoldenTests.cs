using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class DuckDbGoldenTests : ProviderGoldenContract
{
    protected override Task<ICostTable> OpenAsync(PipelineBench bench) =>
        Task.FromResult<ICostTable>(new DuckDbTable(bench));

    private sealed class DuckDbTable(PipelineBench bench) : ICostTable
    {
        public IDatasetWriter? Writer => null;

        public async Task<IReadOnlyList<string>> RowsAsync() =>
            [
                .. (
                    await bench.QueryAsync(
                        "select usage_date, sub_account_id, service_name, sku_id, charge_description, charge_category, billed_cost, "
                            + "effective_cost, billing_currency, pricing_quantity, is_estimated from cost_daily"
                    )
                ).Order(StringComparer.Ordinal),
            ];

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
