using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Drills;

/// <summary>A copy that SQLite makes of itself while it works: the point is that of the copy.</summary>
[TestFixture]
internal sealed class SqliteRestoreTests : RestoreContract
{
    private readonly DirectoryInfo copy = Directory.CreateTempSubdirectory("scheduler-restored-");
    private SqliteDatabase? database;

    [TearDown]
    public void End()
    {
        if (Directory.Exists(copy.FullName))
        {
            copy.Delete(recursive: true);
        }
    }

    protected override async Task<ITestDatabase> BeginAsync() => database = await SqliteDatabase.CreateAsync();

    protected override Task BackUpAsync() => Task.CompletedTask;

    protected override Task MarkAsync() =>
        database!.ExecuteAsync($"vacuum into '{Path.Combine(copy.FullName, "scheduler.db")}'");

    protected override async Task<ITestDatabase> RestoreAsync()
    {
        await database!.DisposeAsync();
        return SqliteDatabase.OfOthers(copy);
    }
}
