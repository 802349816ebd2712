using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;

namespace Scheduler.Tests.Support;

/// <summary>Customers' datasets of a provider, empty at first, and the ways behind the product's back in which the providers differ.</summary>
internal interface ITestDatasets : IAsyncDisposable
{
    IDatasetCatalog Catalog { get; }

    IDatasetReader Reader { get; }

    /// <summary>The last place of a load at which nothing of it is to be seen.</summary>
    string BeforeCommit { get; }

    /// <summary>A writer as a process of its own has it.</summary>
    IDatasetWriter Writer(IFailpoints? failpoints = null);

    /// <summary>
    /// Every row of a table in no order, by column name: decimals without trailing zeros, JSON with its members in order, instants in
    /// microseconds, booleans 0 or 1.
    /// </summary>
    Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> RowsAsync(DatasetId dataset, string table);

    Task<bool> ExistsAsync(DatasetId dataset);

    /// <summary>From here on no dataset can be made.</summary>
    Task BreakAsync();
}
