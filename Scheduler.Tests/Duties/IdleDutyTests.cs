using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Api.Audit;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Duties;

/// <summary>The duties of a whole process where every look costs money.</summary>
internal sealed class IdleDutyTests
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMinutes(10);

    // The duties of a process that does not tick, and the watch.
    private const int Loops = 11;

    private readonly RestingTime time = new(StoreHarness.Start.ToDateTimeOffset(), Loops);
    private SqliteDatabase? database;
    private HeldEngine? held;
    private ServiceProvider? services;

    private HeldEngine Engine => held!;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        held = new HeldEngine(database.Engine) { ReadsAreCharged = true };
        services = Process(Engine);
    }

    [TearDown]
    public async Task Close()
    {
        await services!.DisposeAsync();
        await database!.DisposeAsync();
    }

    [Test]
    public async Task With_nothing_open_the_process_asks_the_store_nothing_once_it_has_looked()
    {
        var counts = await WatchAsync(passes: 36);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Engine.Ran("queue.list_overdue_waiting"), Is.GreaterThan(0), "one pass of each at the start");
            Assert.That(Engine.Ran("alerts.settle"), Is.InRange(2, 3), "for ten minutes more");
            Assert.That(counts.Skip(3), Is.All.EqualTo(counts[2]), "six hours of virtual time");
        }
    }

    [Test]
    public async Task A_trigger_that_queued_something_sets_the_duties_going_until_the_queue_is_empty_again()
    {
        var harness = new StoreHarness(Engine);
        await harness.OnboardAsync("acme");
        await harness.ConfigureAsync("acme");

        var counts = await WatchAsync(
            passes: 24,
            async pass =>
            {
                if (pass == 9)
                {
                    await services!.GetRequiredService<Trigger>().RunAsync(new TriggerRequest(), default);
                }
                if (pass == 15)
                {
                    var desk = services!.GetRequiredService<LeaseDesk>();
                    var item = (await desk.LeaseAsync("worker-1", 1, Duration.Zero, default)).Single();
                    var result = new RunResult
                    {
                        QueueId = item.QueueId,
                        LeaseToken = item.LeaseToken,
                        Outcome = RunOutcome.Completed,
                    };
                    await desk.ReportAsync(new ResultsRequest { WorkerId = "worker-1", Results = [result] }, default);
                }
            }
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(counts[8], Is.EqualTo(counts[3]), "nothing before the trigger");
            Assert.That(counts[14], Is.GreaterThan(counts[12]), "the queue is watched");
            Assert.That(counts.Skip(18), Is.All.EqualTo(counts[17]), "nothing after the end");
        }
    }

    [Test]
    public async Task Where_looks_cost_nothing_the_duties_go_on_all_the_time()
    {
        await services!.DisposeAsync();
        held = new HeldEngine(database!.Engine);
        services = Process(Engine);

        var counts = await WatchAsync(passes: 6);

        Assert.That(counts, Is.Ordered.Ascending);
        Assert.That(counts, Is.Unique);
    }

    /// <summary>Runs the process and counts its scripts every ten minutes.</summary>
    private async Task<List<int>> WatchAsync(int passes, Func<int, Task>? act = null)
    {
        var counts = new List<int>();
        var end = new TaskCompletionSource();
        using var watch = new Duty(
            "The watch",
            WatchInterval,
            async _ =>
            {
                counts.Add(Engine.RanInAll);
                await (act?.Invoke(counts.Count) ?? Task.CompletedTask);
                if (counts.Count == passes)
                {
                    end.TrySetResult();
                }
            },
            leadership: null,
            time,
            NullLogger<Duty>.Instance
        );
        var duties = services!.GetServices<IHostedService>().OfType<Duty>().Append(watch).ToList();
        Assert.That(duties, Has.Count.EqualTo(Loops));
        foreach (var duty in duties)
        {
            await duty.StartAsync(default);
        }
        await time.RunAsync(end.Task, TimeSpan.FromSeconds(10));
        foreach (var duty in duties)
        {
            await duty.StopAsync(default);
        }
        return [.. counts.Take(passes)];
    }

    private ServiceProvider Process(ISqlEngine engine)
    {
        var options = new ApiOptions { Tick = false, LeaseSeconds = 120 };
        var made = new ServiceCollection();
        made.AddSingleton(options);
        made.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        made.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        made.AddSingleton<TimeProvider>(time);
        made.AddSingleton<IClock>(time.ToClock());
        made.AddSingleton<IFailpoints>(new NoFailpoints());
        made.AddScheduling(options);
        made.AddAuditing();
        made.AddDuties(options);
        made.AddSingleton(engine);
        made.AddSingleton(new OperationClock(engine, time.ToClock()));
        return made.BuildServiceProvider();
    }
}
