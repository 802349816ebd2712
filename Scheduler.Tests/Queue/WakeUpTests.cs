using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>Who is woken for work finds it: nobody is woken before its commit, when a look would be in vain and the next one far.</summary>
internal sealed class WakeUpTests
{
    private SqliteDatabase? database;
    private HeldEngine? held;
    private StoreHarness? harness;

    private HeldEngine Engine => held!;

    private StoreHarness H => harness!;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        held = new HeldEngine(database.Engine);
        harness = new StoreHarness(held);
        await H.OnboardAsync("acme");
    }

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [Test]
    public async Task A_trigger_wakes_those_who_wait_once_its_runs_are_committed_and_not_before()
    {
        var plan = Engine.Hold("scheduling.plan_batch");
        var wakeUp = H.Signal.Next;

        var queueing = H.QueueAsync("acme", "main");
        await plan.Reached;
        var before = wakeUp.IsCompleted;
        plan.Release();
        await queueing;

        Assert.That((before, wakeUp.IsCompleted), Is.EqualTo((false, true)));
    }
}
