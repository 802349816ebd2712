using NUnit.Framework;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What every contract fixture shares: a fresh, migrated store, which the subclass for an engine provides.</summary>
internal abstract class StoreContract
{
    private StoreHarness? harness;

    protected StoreHarness H => harness!;

    protected abstract Task<ISqlEngine> OpenAsync();

    protected abstract Task CloseAsync();

    protected virtual LeaseOptions Leases => new();

    [SetUp]
    public async Task OpenStore() => harness = new StoreHarness(await OpenAsync(), Leases);

    [TearDown]
    public Task CloseStore() => CloseAsync();
}
