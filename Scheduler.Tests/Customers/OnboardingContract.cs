using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Storage;
using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Customers;

/// <summary>Customers come and go with their datasets: whoever is cut off between dataset and store leaves nothing that matters.</summary>
internal abstract class OnboardingContract : DatasetContract
{
    private SqliteDatabase? database;
    private StoreHarness? harness;

    private StoreHarness H => harness!;

    [SetUp]
    public async Task OpenStore()
    {
        database = await SqliteDatabase.CreateAsync();
        harness = new StoreHarness(database.Engine);
    }

    [TearDown]
    public async Task CloseStore()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public async Task A_customer_comes_with_its_empty_dataset()
    {
        var result = await OnboardAsync("Acme_Corp");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<OnboardResult.Created>());
            Assert.That(await CostsAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task Without_a_dataset_there_is_no_customer()
    {
        await Datasets.BreakAsync();

        Assert.That(() => OnboardAsync("acme_corp"), Throws.InstanceOf<DatasetUnavailableException>());
        Assert.That(await H.Customers.CountAsync(default), Is.Zero);
    }

    [Test]
    public async Task What_stops_before_the_commit_leaves_a_dataset_that_the_next_one_takes_over()
    {
        Assert.That(() => OnboardAsync("acme_corp", new Fault()), Throws.InstanceOf<StorageUnavailableException>());
        Assert.That(await H.Customers.CountAsync(default), Is.Zero);
        Assert.That(await Datasets.ExistsAsync(Acme), Is.True);

        Assert.That(await OnboardAsync("acme_corp"), Is.InstanceOf<OnboardResult.Created>());
    }

    [Test]
    public async Task A_dataset_with_somebodys_data_is_not_handed_on()
    {
        await Datasets.Writer().RecordAsync(Acme, new DatasetLoad(1).Failed(), default);

        var result = await OnboardAsync("acme_corp");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<OnboardResult.DatasetTaken>());
            Assert.That(await H.Customers.CountAsync(default), Is.Zero);
        }
    }

    [Test]
    public async Task Who_is_there_already_has_its_dataset_left_alone()
    {
        await H.OnboardAsync("acme_corp");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await OnboardAsync("acme_corp"), Is.InstanceOf<OnboardResult.CustomerExists>());
            Assert.That(await OnboardAsync("ACME_CORP"), Is.InstanceOf<OnboardResult.DatasetTaken>());
            Assert.That(await Datasets.ExistsAsync(Acme), Is.False);
        }
    }

    [Test]
    public async Task Who_is_purged_goes_with_its_dataset_and_may_come_back_to_an_empty_one()
    {
        await OnboardAsync("acme_corp");
        await OnboardAsync("other");
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), DatasetLoad.Line(DatasetLoad.First, "A", 1));
        await H.Profiles.UpdateAsync(
            "acme_corp",
            new() { Status = CustomerStatus.Cancelled },
            StoreHarness.Actor,
            default
        );
        var purging = new Purging(new PurgeStore(H.Engine, H.Clock), Datasets.Catalog, H.Clock, H.Ids);

        var purged = await purging.PurgeAsync("acme_corp", StoreHarness.Actor, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(purged, Is.True);
            Assert.That(await Datasets.ExistsAsync(Acme), Is.False);
            Assert.That(await Datasets.ExistsAsync(Id("other")), Is.True);
        }
        Assert.That(await OnboardAsync("acme_corp"), Is.InstanceOf<OnboardResult.Created>());
        Assert.That(await CostsAsync(), Is.Empty);
    }

    private Task<OnboardResult> OnboardAsync(string customerId, IFailpoints? failpoints = null)
    {
        var onboarding = new Onboarding(
            H.Customers,
            Datasets.Catalog,
            H.Clock,
            H.Ids,
            failpoints ?? new NoFailpoints()
        );
        var request = new OnboardRequest
        {
            CustomerId = customerId,
            CompanyName = "Acme",
            AdminEmail = "owner@example.com",
            SubscriptionPlan = SubscriptionPlan.Starter,
        };
        return onboarding.OnboardAsync(request, StoreHarness.Actor, default);
    }

    private sealed class Fault : IFailpoints
    {
        public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken) =>
            failpoint == Failpoint.OnboardBeforeCommit
                ? throw new StorageUnavailableException("made to fail")
                : default;
    }
}
