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
    private BigQueryEmulator? emulator;

    protected override async Task<ITestDatabase> CreateDatabaseAsync()
    {
        emulator ??= await BigQueryEmulator.StartAsync();
        return await BigQueryDatabase.CreateOverApiAsync(
            BigQueryDatabase.Emulated(emulator, $"test_{Guid.NewGuid():N}")
        );
    }

    [OneTimeTearDown]
    public async Task EndEmulator()
    {
        if (emulator is not null)
        {
            await emulator.DisposeAsync();
        }
    }
}
