using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.BigQuery;

internal sealed class BigQueryDatasetReaderTests : DatasetReaderContract
{
    protected override async Task<ITestDatasets> CreateDatasetsAsync() => await BigQueryTestDatasets.CreateAsync();
}
