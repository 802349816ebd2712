using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.Contract;

/// <summary>What every contract fixture of datasets shares: a provider without a dataset, which the subclass makes.</summary>
internal abstract class DatasetContract
{
    protected static readonly DatasetId Acme = Id("acme_corp");

    private ITestDatasets? datasets;

    protected ITestDatasets Datasets => datasets!;

    [SetUp]
    public async Task OpenDatasets() => datasets = await CreateDatasetsAsync();

    [TearDown]
    public async Task CloseDatasets()
    {
        if (datasets is not null)
        {
            await datasets.DisposeAsync();
        }
    }

    protected abstract Task<ITestDatasets> CreateDatasetsAsync();

    protected static DatasetId Id(string name) =>
        DatasetId.TryCreate(name, out var id, out var error) ? id : throw new ArgumentException(error);

    /// <summary>A line of costs as <c>day|service|billed</c> and the further columns asked for, in order.</summary>
    protected async Task<IReadOnlyList<string>> CostsAsync(params string[] further)
    {
        string[] columns = ["usage_date", "service_name", "billed_cost", .. further];
        return [.. await TextAsync("cost_daily", columns)];
    }

    /// <summary>The named columns of every row, apart by <c>|</c>, in order; null is <c>-</c>.</summary>
    protected async Task<IEnumerable<string>> TextAsync(string table, params string[] columns) =>
        (await Datasets.RowsAsync(Acme, table))
            .Select(row => string.Join('|', columns.Select(column => row[column] ?? "-")))
            .Order(StringComparer.Ordinal);
}
