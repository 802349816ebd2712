using System.Net;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>The lease protocol within one process answers as it does over a socket.</summary>
internal sealed class LeaseDeskApiTests
{
    private SqliteDatabase? database;
    private StoreHarness? harness;

    private StoreHarness H => harness!;

    private LeaseDeskApi Desk => new(H.Desk);

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        harness = new StoreHarness(database.Engine);
        await H.OnboardAsync("acme");
    }

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [Test]
    public async Task Without_work_there_is_nothing_found()
    {
        var answer = await Desk.LeaseAsync(new ProcessQueueRequest(), default);

        Assert.That((answer.StatusCode, answer.Content), Is.EqualTo((HttpStatusCode.NotFound, (LeaseResponse?)null)));
    }

    [TestCase("worker-9", "worker-9")]
    [TestCase(null, "embedded")]
    public async Task What_is_leased_comes_with_its_items_and_is_shown_to_run_on_whoever_asked(
        string? workerId,
        string shown
    )
    {
        await H.QueueAsync("acme", "main");

        var answer = await Desk.LeaseAsync(new ProcessQueueRequest { WorkerId = workerId, MaxItems = 5 }, default);

        var run = (await H.RunsAsync("acme")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Content?.Items.Select(item => item.RunId), Is.EqualTo(new[] { run.RunId }));
            Assert.That(run.WorkerId, Is.EqualTo(shown));
        }
    }
}
