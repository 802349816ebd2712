using NUnit.Framework;
using Scheduler.Tests.Datasets.Contract;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Datasets.BigQuery;

internal sealed class BigQueryDatasetCatalogTests : DatasetCatalogContract
{
    private BigQueryTestDatasets B => (BigQueryTestDatasets)Datasets;

    [Test]
    public async Task A_dataset_with_tables_of_another_kind_is_left_alone()
    {
        await B.Datasets.CreateAsync(Acme, default);
        await B.Emulator.ExecuteAsync(Acme.Value, "create table ledger (id string)");
        await B.Emulator.ExecuteAsync(Acme.Value, "drop table x_meta_fences");

        var made = await Datasets.Catalog.CreateAsync(Acme, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made, Is.False);
            Assert.That(B.Emulator.Dataset(Acme.Value).Tables.Keys, Does.Not.Contain("x_meta_fences"));
        }
    }

    [Test]
    public async Task The_schedulers_own_dataset_is_nobodys()
    {
        var own = Id("ledger");
        await B.Datasets.CreateAsync(own, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Datasets.Catalog.CreateAsync(own, default), Is.False);
            Assert.That(await Datasets.Catalog.RemoveAsync(own, default), Is.False);
            Assert.That(await Datasets.ExistsAsync(own), Is.True);
        }
    }

    [Test]
    public async Task A_dataset_without_its_tables_is_made_whole()
    {
        await B.Datasets.CreateAsync(Acme, default);
        B.Emulator.Dataset(Acme.Value).Clear();

        var empty = await Datasets.Reader.CostByServiceAsync(Acme, null, null, default);
        var made = await Datasets.Catalog.CreateAsync(Acme, default);

        Assert.That((empty.Count, made, (await CostsAsync()).Count), Is.EqualTo((0, true, 0)));
    }

    protected override async Task<ITestDatasets> CreateDatasetsAsync() => await BigQueryTestDatasets.CreateAsync();
}
