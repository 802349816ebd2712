using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

[TestFixture]
internal sealed class PostgresEngineTests
{
    [Test]
    public async Task The_database_tells_the_time()
    {
        await using var database = await PostgresDatabase.CreateAsync();

        var now = await new OperationClock(database.Engine).ReadAsync(default);

        Assert.That(now, Is.GreaterThan(Instant.FromUtc(2020, 1, 1, 0, 0)));
    }

    [Test]
    public async Task Migrating_again_and_at_once_changes_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        const string Count = "select count(*) as n from scheduler_schema_versions";
        var before = (await database.QueryAsync(Count))[0]["n"];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => database.Engine.MigrateAsync(default)));

        Assert.That((await database.QueryAsync(Count))[0]["n"], Is.EqualTo(before));
    }
}
