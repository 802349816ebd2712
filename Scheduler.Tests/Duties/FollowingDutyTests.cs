using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Hosting;
using Scheduler.Core.Duties;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Duties;

/// <summary>A process for which another one does a duty.</summary>
internal sealed class FollowingDutyTests
{
    private SqliteDatabase? database;
    private StoreHarness? harness;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        harness = new StoreHarness(database.Engine);
    }

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [TestCase(true)]
    [TestCase(false)]
    public async Task It_hears_of_the_duty_only_while_the_other_leads(bool otherLeads)
    {
        var store = new DutyStore(database!.Engine, harness!.Clock);
        if (otherLeads)
        {
            await store.TakeAsync("trigger", "other", null, Duration.FromHours(1), default);
        }
        var did = new TaskCompletionSource<string>();
        using var duty = new Duty(
            "The trigger",
            TimeSpan.FromSeconds(15),
            _ =>
            {
                did.TrySetResult("acted");
                return Task.CompletedTask;
            },
            new Leadership(
                store,
                "trigger",
                "this",
                Duration.FromSeconds(30),
                harness.Time,
                NullLogger<Leadership>.Instance
            ),
            harness.Time,
            NullLogger<Duty>.Instance,
            following: () => did.TrySetResult("heard")
        );

        await duty.StartAsync(default);
        var what = await did.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        await duty.StopAsync(default);

        Assert.That(what, Is.EqualTo(otherLeads ? "heard" : "acted"));
    }
}
