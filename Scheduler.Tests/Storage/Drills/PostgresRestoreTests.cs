using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Drills;

/// <summary>A base backup, the log kept beside it, and a restore to a named point of it: what Cloud SQL does to restore to a point in time.</summary>
[TestFixture]
internal sealed class PostgresRestoreTests : RestoreContract
{
    private const string Point = "before_the_loss";

    private readonly DirectoryInfo archive = Directory.CreateTempSubdirectory("scheduler-archive-");
    private readonly DirectoryInfo backup = Directory.CreateTempSubdirectory("scheduler-backup-");
    private PostgresServer? server;
    private PostgresServer? restored;
    private PostgresDatabase? database;

    [TearDown]
    public async Task End()
    {
        foreach (var running in new[] { server, restored })
        {
            if (running is not null)
            {
                await running.DisposeAsync();
            }
        }
        foreach (var folder in new[] { archive, backup }.Where(folder => Directory.Exists(folder.FullName)))
        {
            folder.Delete(recursive: true);
        }
    }

    protected override async Task<ITestDatabase> BeginAsync()
    {
        server = await PostgresServer.StartAsync(durable: true, archive: archive);
        database = await PostgresDatabase.CreateEmptyAsync(server);
        await database.Engine.MigrateAsync(default);
        return database;
    }

    protected override Task BackUpAsync() => server!.BackUpAsync(backup);

    protected override async Task MarkAsync()
    {
        await database!.QueryAsync($"select pg_create_restore_point('{Point}')::text as at");
        var file = (string)(await database.QueryAsync("select pg_walfile_name(pg_switch_wal()) as file"))[0]["file"]!;
        for (var tries = 0; !File.Exists(Path.Combine(archive.FullName, file)); tries++)
        {
            Assert.That(tries, Is.LessThan(300), "the log is not archived");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    protected override async Task<ITestDatabase> RestoreAsync()
    {
        await database!.Engine.DisposeAsync();
        await server!.StopImmediatelyAsync();
        restored = await PostgresServer.RestoreAsync(backup, archive, Point);
        return database.On(restored);
    }
}
