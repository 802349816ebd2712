using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Datasets.Contract;

/// <summary>A dataset is made empty, never taken from somebody, and removed whole.</summary>
internal abstract class DatasetCatalogContract : DatasetContract
{
    [Test]
    public async Task An_empty_dataset_is_made_and_taken_over_with_its_tables()
    {
        var made = await Datasets.Catalog.CreateAsync(Acme, default);
        var again = await Datasets.Catalog.CreateAsync(Acme, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((made, again), Is.EqualTo((true, true)));
            Assert.That(await Datasets.ExistsAsync(Acme), Is.True);
            Assert.That(await CostsAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task Several_may_make_it_at_once()
    {
        var made = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => Datasets.Catalog.CreateAsync(Acme, default)))
        );

        Assert.That(made, Is.All.True);
    }

    [Test]
    public async Task One_with_costs_is_left_as_it_is()
    {
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), DatasetLoad.Line(DatasetLoad.First, "A", 1));

        var made = await Datasets.Catalog.CreateAsync(Acme, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made, Is.False);
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        }
    }

    [Test]
    public async Task One_in_which_something_has_run_is_somebodys()
    {
        await Datasets.Writer().RecordAsync(Acme, new DatasetLoad(1).Failed(), default);

        Assert.That(await Datasets.Catalog.CreateAsync(Acme, default), Is.False);
    }

    [Test]
    public async Task It_is_removed_with_all_that_is_in_it_and_only_once()
    {
        await new DatasetLoad(1).ByAsync(Datasets.Writer(), DatasetLoad.Line(DatasetLoad.First, "A", 1));
        var other = Id("other");
        await Datasets.Catalog.CreateAsync(other, default);

        var removed = await Datasets.Catalog.RemoveAsync(Acme, default);
        var again = await Datasets.Catalog.RemoveAsync(Acme, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((removed, again), Is.EqualTo((true, false)));
            Assert.That(await Datasets.ExistsAsync(Acme), Is.False);
            Assert.That(await Datasets.ExistsAsync(other), Is.True);
            Assert.That(await Datasets.Catalog.CreateAsync(Acme, default), Is.True, "nothing is left of it");
        }
    }

    [Test]
    public async Task One_that_cannot_be_made_is_unavailable()
    {
        await Datasets.BreakAsync();

        Assert.That(
            () => Datasets.Catalog.CreateAsync(Acme, default),
            Throws.InstanceOf<DatasetUnavailableException>()
        );
    }
}
