using NUnit.Framework;

namespace Scheduler.Tests.Support;

/// <summary>One store of SQLite for each test, whose scripts it can count, hold up, break and come before.</summary>
internal abstract class HeldStoreFixture
{
    private SqliteDatabase? database;
    private HeldEngine? engine;
    private StoreHarness? harness;

    protected SqliteDatabase Database => database!;

    protected HeldEngine Engine => engine!;

    protected StoreHarness H => harness!;

    protected virtual bool ReadsAreCharged => false;

    [SetUp]
    public async Task OpenStore()
    {
        database = await SqliteDatabase.CreateFastAsync();
        Go(new HeldEngine(database.Engine) { ReadsAreCharged = ReadsAreCharged });
    }

    [TearDown]
    public async Task CloseStore()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    /// <summary>From now on, to the same store through another engine.</summary>
    protected void Go(HeldEngine through)
    {
        engine = through;
        harness = new StoreHarness(through);
    }
}
