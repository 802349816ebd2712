using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>A claim in vain costs four statements: an end wakes those who wait only where it may have let something through.</summary>
internal sealed class BigQueryWakeTests
{
    private BigQueryDatabase database = null!;
    private StoreHarness harness = null!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await BigQueryDatabase.CreateAsync();
        harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.OnboardAsync("other");
    }

    [TearDown]
    public async Task CloseStore()
    {
        // Null where the set-up was left: there is no emulator.
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [TestCase(RunOutcome.Completed, false)]
    [TestCase(RunOutcome.Released, true)]
    [TestCase(RunOutcome.Failed, true)]
    public async Task An_end_of_all_that_a_customer_has_open_wakes_nobody_unless_it_comes_back(
        RunOutcome outcome,
        bool wakes
    )
    {
        await harness.QueueAsync("acme", "one", "two");
        var items = await harness.LeaseAsync(2);
        var raised = harness.Signal.Raised;

        var error = outcome == RunOutcome.Failed ? ErrorType.TransientNetwork : (ErrorType?)null;
        await harness.ReportAsync(items, outcome, error);

        Assert.That(raised.IsCompleted, Is.EqualTo(wakes));
    }

    [TestCase("acme", true)]
    [TestCase("other", false)]
    public async Task An_end_wakes_those_who_wait_where_something_of_its_customer_does(string waits, bool wakes)
    {
        await harness.ConfigureAsync(waits, "two");
        await harness.QueueAsync("acme", "one");
        var item = (await harness.LeaseAsync()).Single();
        var raised = harness.Signal.Raised;

        await harness.ReportAsync(item, RunOutcome.Completed);

        Assert.That(raised.IsCompleted, Is.EqualTo(wakes));
    }
}
