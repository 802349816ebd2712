using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Storage.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// A contract on a dataset that is made, looked into and dropped as in a project of BigQuery itself: so that the tests which
/// <see cref="BigQueryDatabase.ProjectVariable"/> sends there are known to work.
/// </summary>
[TestFixture]
internal sealed class BigQueryOverApiTests : RunContract
{
    private static readonly Lazy<Task<BigQueryEmulator>> Emulator = new(() => BigQueryEmulator.StartAsync());

    protected override async Task<ITestDatabase> CreateDatabaseAsync() =>
        await BigQueryDatabase.CreateOverApiAsync(
            BigQueryDatabase.Emulated(await Emulator.Value, $"test_{Guid.NewGuid():N}")
        );
}
