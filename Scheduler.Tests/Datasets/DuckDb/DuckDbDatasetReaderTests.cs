using NUnit.Framework;
using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.DuckDb;

internal sealed class DuckDbDatasetReaderTests : DatasetReaderContract
{
    protected override Task<ITestDatasets> CreateDatasetsAsync() =>
        Task.FromResult<ITestDatasets>(new DuckDbDatasets());

    [Test]
    public async Task A_file_without_tables_has_empty_results()
    {
        var files = ((DuckDbDatasets)Datasets).Files;
        await (await files.OpenAsync(Acme, readOnly: false, default)).DisposeAsync();

        Assert.That(await Datasets.Reader.ListRunsAsync(Acme, 5, default), Is.Empty);
    }
}
