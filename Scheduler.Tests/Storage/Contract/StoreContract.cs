using NUnit.Framework;
using Scheduler.Core.Queue;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What every contract fixture shares: a fresh, migrated store, which the subclass for an engine provides.</summary>
internal abstract class StoreContract
{
    private ITestDatabase? database;
    private StoreHarness? harness;

    protected ITestDatabase Database => database!;

    protected StoreHarness H => harness!;

    protected virtual LeaseOptions Leases => new();

    /// <summary>Customers where many are needed; fewer where making them takes long.</summary>
    protected virtual int Hundreds => 400;

    [SetUp]
    public async Task OpenStore()
    {
        database = await CreateDatabaseAsync();
        harness = new StoreHarness(database.Engine, Leases);
    }

    [TearDown]
    public async Task CloseStore()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    protected abstract Task<ITestDatabase> CreateDatabaseAsync();

    /// <summary>Puts rows into states that no store operation reaches.</summary>
    protected Task ExecuteAsync(string sql) => Database.ExecuteAsync(sql);

    /// <summary>Reads what no store operation tells; see <see cref="ITestDatabase.QueryAsync"/> for the values.</summary>
    protected Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(string sql) =>
        Database.QueryAsync(sql);

    protected Task SetStatusAsync(string customerId, string status) =>
        ExecuteAsync($"update customer_profiles set status = '{status}' where customer_id = '{customerId}'");
}
