using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.DuckDb;

internal sealed class DuckDbDatasetCatalogTests : DatasetCatalogContract
{
    protected override Task<ITestDatasets> CreateDatasetsAsync() =>
        Task.FromResult<ITestDatasets>(new DuckDbDatasets());
}
