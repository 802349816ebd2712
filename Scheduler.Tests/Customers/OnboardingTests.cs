using Microsoft.Extensions.Options;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Customers;

/// <summary>Onboarding between the dataset and the store: whoever is cut off leaves nothing that matters.</summary>
[TestFixture]
internal sealed class OnboardingTests : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-onboarding-");
    private SqliteDatabase? database;
    private StoreHarness? harness;

    private StoreHarness H => harness!;

    [SetUp]
    public async Task OpenAsync()
    {
        database = await SqliteDatabase.CreateAsync();
        harness = new StoreHarness(database.Engine);
    }

    [TearDown]
    public async Task CloseAsync() => await database!.DisposeAsync();

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Test]
    public async Task A_customer_comes_with_its_empty_dataset()
    {
        var result = await OnboardAsync("Acme1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<OnboardResult.Created>());
            Assert.That(Path.Combine(folder.FullName, "acme1.duckdb"), Does.Exist);
        }
    }

    [Test]
    public async Task Without_a_dataset_there_is_no_customer()
    {
        var blocked = Path.Combine(folder.FullName, "file");
        await File.WriteAllTextAsync(blocked, "no folder");

        Assert.That(() => OnboardAsync("blocked", path: blocked), Throws.InstanceOf<DatasetUnavailableException>());
        Assert.That(await H.Customers.CountAsync(default), Is.Zero);
    }

    [Test]
    public async Task What_stops_before_the_commit_leaves_a_dataset_that_the_next_one_takes_over()
    {
        Assert.That(() => OnboardAsync("orphan", new Fault()), Throws.InstanceOf<StorageUnavailableException>());
        Assert.That(await H.Customers.CountAsync(default), Is.Zero);
        Assert.That(Path.Combine(folder.FullName, "orphan.duckdb"), Does.Exist);

        Assert.That(await OnboardAsync("orphan"), Is.InstanceOf<OnboardResult.Created>());
    }

    [Test]
    public async Task A_dataset_with_somebodys_data_is_not_handed_on()
    {
        var files = Files(folder.FullName);
        Assert.That(DatasetId.TryCreate("former", out var dataset, out _), Is.True);
        await new DatasetCatalog(files).CreateAsync(dataset!, default);
        await MarkUsedAsync(files, dataset!);

        var result = await OnboardAsync("former");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.InstanceOf<OnboardResult.DatasetTaken>());
            Assert.That(await H.Customers.CountAsync(default), Is.Zero);
        }
    }

    [Test]
    public async Task Who_is_there_already_has_its_dataset_left_alone()
    {
        await H.OnboardAsync("acme2");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await OnboardAsync("acme2"), Is.InstanceOf<OnboardResult.CustomerExists>());
            Assert.That(await OnboardAsync("ACME2"), Is.InstanceOf<OnboardResult.DatasetTaken>());
            Assert.That(Path.Combine(folder.FullName, "acme2.duckdb"), Does.Not.Exist);
        }
    }

    private static async Task MarkUsedAsync(DatasetFiles files, DatasetId dataset)
    {
        await using var open = await files.OpenAsync(dataset, readOnly: false, default);
        await using var columns = open.Command(
            """
            select string_agg(
              case when data_type like 'TIMESTAMP%' then 'now()' when data_type = 'DATE' then 'current_date'
                when data_type in ('VARCHAR', 'JSON') then '''1''' else '1' end, ', ' order by ordinal_position)
            from information_schema.columns where table_name = 'x_meta_pipeline_runs'
            """
        );
        var values = (string)(await columns.ExecuteScalarAsync())!;
        await using var insert = open.Command($"insert into x_meta_pipeline_runs select {values}");
        await insert.ExecuteNonQueryAsync();
    }

    private static DatasetFiles Files(string path) =>
        new(Options.Create(new DatasetOptions { Path = path, LockWaitSeconds = 1 }), TimeProvider.System);

    private Task<OnboardResult> OnboardAsync(string customerId, IFailpoints? failpoints = null, string? path = null)
    {
        var onboarding = new Onboarding(
            H.Customers,
            new DatasetCatalog(Files(path ?? folder.FullName)),
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
